"""What an emulated card remembers without power: its secrets and their counters, optionally in a file.

The file holds the emulated card's PINs in plain text.  They guard nothing real.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from signkit.card.contents import CardContents
from signkit.card.face import FACE_CODE_B
from signkit.card.layout import NO_INDIVIDUAL_NUMBER, NUMBER_SECRETS
from signkit.errors import InputUnreadable, system_cause
from signkit.output import write_checked
from signkit.words import Text

_FORMAT = "signkit-emulated-card/1"
_MAX_FILE = 65536


@dataclass
class CardState:
    """Secrets and tries left, by the secret's key."""

    pins: dict[str, str] = field(repr=False)
    tries: dict[str, int]


def fresh_state(contents: CardContents) -> CardState:
    """Return the state of a card as it leaves the counter."""
    secrets = contents.initial_secrets()
    if contents.face:
        secrets |= {secret.key: (NO_INDIVIDUAL_NUMBER, secret.max_tries) for secret in NUMBER_SECRETS}
        secrets[FACE_CODE_B.key] = (contents.face.code_b, FACE_CODE_B.max_tries)
    return CardState(
        {key: value for key, (value, _) in secrets.items()}, {key: tries for key, (_, tries) in secrets.items()}
    )


def load_state(path: Path, contents: CardContents) -> CardState:
    """Read the state from ``path``; a fresh one where the file is not there yet.

    Raises:
        InputUnreadable: the file cannot be read, or is no state of such a card.
    """
    fresh = fresh_state(contents)
    try:
        with path.open("rb") as file:
            raw = json.loads(file.read(_MAX_FILE))
    except FileNotFoundError:
        return fresh
    except (OSError, ValueError) as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    if isinstance(raw, dict):
        _add_later_secrets(raw, fresh)
    if not isinstance(raw, dict) or raw.pop("format", None) != _FORMAT or not _fits(raw, fresh):
        raise InputUnreadable(
            str(path), Text("not the state of this emulated card", "このエミュレーターのカードの状態ではありません")
        )
    return CardState(raw["pins"], raw["tries"])


def save_state(path: Path, state: CardState) -> None:
    """Write the state beside ``path`` and rename it, so that a counter is never half-written.

    Raises:
        FileUnusable("output-not-written"): it could not be written.
    """
    text = json.dumps({"format": _FORMAT} | asdict(state), indent=1)
    write_checked(path, text.encode(), overwrite=True, private=True)


def _add_later_secrets(raw: dict[str, object], fresh: CardState) -> None:
    """Give a state the 照合番号 that were not emulated yet when it was kept; no other number is ever taken for A."""
    pins, tries = raw.get("pins"), raw.get("tries")
    if not isinstance(pins, dict) or not isinstance(tries, dict):
        return
    numbers = {secret.key: fresh.pins[secret.key] for secret in NUMBER_SECRETS if secret.key in fresh.pins}
    pins |= numbers
    for key in numbers.keys() | ({FACE_CODE_B.key} & fresh.pins.keys()):
        pins.setdefault(key, fresh.pins[key])
        tries.setdefault(key, fresh.tries[key])


def _fits(raw: dict[str, object], fresh: CardState) -> bool:
    pins, tries = raw.get("pins"), raw.get("tries")
    return (
        isinstance(pins, dict)
        and isinstance(tries, dict)
        and pins.keys() == fresh.pins.keys()
        and tries.keys() == fresh.tries.keys()
        and all(isinstance(value, str) for value in pins.values())
        and all(isinstance(value, int) and 0 <= value <= 15 for value in tries.values())
    )
