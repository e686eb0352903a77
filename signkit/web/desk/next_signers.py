"""Whose turn it is to sign the files that wait: read once from each, for a file under a digest never changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from signkit.errors import SignKitError
from signkit.output import make_folder, write_checked
from signkit.words import Text

#: Title and name of everybody who may sign now; nobody where the file does not say.
Signers = tuple[tuple[Text, str | None], ...]
_NAME = "turns.json"


class NextSigners:
    """What was read of the files at hand, kept so that the first page need not open any."""

    def __init__(self, home: Path) -> None:
        self._path = home / _NAME

    def of(self, digests: Iterable[str], read: Callable[[Sequence[str]], Sequence[Signers]]) -> Mapping[str, Signers]:
        """Return whose turn it is in each file; ``read`` is asked for those that are new."""
        wanted, known = list(dict.fromkeys(digests)), self._load()
        new = [each for each in wanted if each not in known]
        if new:
            known |= dict(zip(new, read(new), strict=True))
            self._keep({each: known[each] for each in wanted})
        return {each: known[each] for each in wanted}

    def _load(self) -> dict[str, Signers]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {each: tuple(_signer(*signer) for signer in signers) for each, signers in content.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def _keep(self, known: Mapping[str, Signers]) -> None:
        plain = {each: [(label.en, label.ja, name) for label, name in signers] for each, signers in known.items()}
        make_folder(self._path.parent)
        write_checked(self._path, json.dumps(plain, ensure_ascii=False).encode(), overwrite=True, private=True)


def _signer(english: Any, japanese: Any, name: Any) -> tuple[Text, str | None]:
    return Text(str(english), str(japanese)), None if name is None else str(name)


def read_signers(paths: Sequence[str]) -> list[Signers]:
    """Return who may sign each file now, as the file tells; called in a worker."""
    return [_signers_of(Path(each)) for each in paths]


def _signers_of(path: Path) -> Signers:
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES
    from signkit.pdf.embedded_contract import read_contract
    from signkit.pdf.fields import signature_fields

    try:
        pdf = read_file(path, PDF_BYTES)
        contract = read_contract(pdf)
        if contract is None:
            return ()
        turn = contract.turn(signature_fields(pdf).signed)
    except (SignKitError, ValueError, RuntimeError):
        return ()  # the file's own page says what is wrong with it
    return tuple((party.label, party.name) for party in contract.parties if party.role in turn)
