"""Signing in a process of its own, which asks for the PIN, shows it to the card, and ends.

The desk gives it an order on stdin and reads what became of it from stdout, a JSON object a line; the secret is on
neither.  What is signed is what was shown: the order names the document by its digest, and other bytes are refused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from signkit.errors import InputUnreadable, SignKitError, UsageProblem
from signkit.web.desk.desk_hints import desk_hint
from signkit.web.desk.prompting import About, NoPrompt, Prompt, PromptCancelled, PromptKind
from signkit.words import Language, Text

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from signkit.web.desk.signing_process import main; main()"
)
#: What the process says it is doing.
ASKING, SIGNING = "asking", "signing"


@dataclass(frozen=True)
class Order:
    """What is to be signed, as whom, with what.

    Attributes:
        source, sha256: the document; its bytes must have this digest.
        target: where the signed file goes.
        signer: the key's URI.
        level: ``B-B`` to ``B-LTA``.
        tsa, trust: as ``signkit sign`` takes them.
        prompt, program: how the secret is asked for.
    """

    source: str
    sha256: str
    target: str
    role: str
    signer: str
    level: str
    title: str
    party: str
    pages: int
    language: Language = "ja"
    tsa: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    prompt: PromptKind = "auto"
    program: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Why nothing was signed, in words."""

    message: Text
    hint: Text | None = None


class SigningProcess:
    """One process that signs once.

    Args:
        environment: of the process; the desk's settings go with it.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def run(self, order: Order, on_stage: Callable[[str], object]) -> Refusal | str | None:
        """Have an order carried out.

        Returns:
            The signed file's SHA-256; why there is none; None where the person cancelled.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._process:
            try:
                self._process.stdin.write(json.dumps(asdict(order)).encode())
                self._process.stdin.close()
            except OSError:
                pass  # it ended: what it said tells why
            answer: dict[str, Any] = {}
            for line in self._process.stdout:
                said = json.loads(line)
                if "stage" in said:
                    on_stage(said["stage"])
                else:
                    answer = said
        return _read_answer(answer)

    def stop(self) -> None:
        """End it, whatever it is doing; a file that is not whole is not there."""
        self._process.kill()


def _read_answer(answer: dict[str, Any]) -> Refusal | str | None:
    if "signed" in answer:
        return str(answer["signed"])
    if "cancelled" in answer:
        return None
    if "message" not in answer:
        return Refusal(_ENDED)
    return Refusal(Text(*answer["message"]), Text(*answer["hint"]) if answer["hint"] else None)


def main() -> None:
    """Be the process."""
    order = _order_of(json.loads(sys.stdin.buffer.read()))
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not stand between the answers
    _silence()

    def say(**said: object) -> None:
        print(json.dumps(said), file=answers, flush=True)

    try:
        say(signed=sign_order(order, lambda stage: say(stage=stage)))
    except PromptCancelled:
        say(cancelled=True)
    except SignKitError as error:
        hint = desk_hint(error)
        say(message=(error.message("en"), error.message("ja")), hint=(hint.en, hint.ja) if hint else None)
    except Exception as error:
        words = _FAULT.filled(kind=type(error).__name__)
        say(message=(words.en, words.ja), hint=None)


def _order_of(plain: dict[str, Any]) -> Order:
    return Order(**plain | {"tsa": tuple(plain["tsa"]), "trust": tuple(plain["trust"])})


def _silence() -> None:
    import logging
    import warnings

    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")


def sign_order(order: Order, on_stage: Callable[[str], object]) -> str:
    """Sign, write the file, and return its SHA-256.

    Raises:
        PromptCancelled: the person does not want to.
        SignKitError: as ``signkit sign`` does.
    """
    from signkit.library.acts import services as library_services
    from signkit.library.acts import sign
    from signkit.output import write_checked
    from signkit.settings import load_settings
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.levels import Level, refuse_without_service
    from signkit.signing.many import digest
    from signkit.signing.readback import check_signed
    from signkit.signing.terms import SignatureTerms, admit

    settings = load_settings()
    data = _read_shown(order)
    terms = SignatureTerms(order.role, Level(order.level), language=order.language)
    services = library_services(tsa=order.tsa, trust=order.trust, settings=settings)
    refuse_without_service(terms.level, services)
    admit(data, terms, order.title, services.judgement)  # before anybody types a secret
    about = About(order.title, order.party, order.sha256, order.pages)
    prompt = Prompt(about, order.language, order.prompt, order.program)
    on_stage(ASKING)
    try:
        with open_signer(order.signer, SignerContext(prompt.ask, settings, accept=terms.profile.refuse_key)) as key:
            on_stage(SIGNING)
            signed = sign(data, terms, key, services=services, settings=settings).pdf
            certificate = key.certificate
    except NoPrompt as error:
        raise UsageProblem(_NO_PROMPT, _GET_PROMPT) from error
    target = Path(order.target)
    write_checked(target, signed, check=lambda written: check_signed(data, written, certificate), private=True)
    return digest(signed)


def _read_shown(order: Order) -> bytes:
    """Return the document that the person was shown, and no other."""
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES
    from signkit.signing.many import digest

    data = read_file(Path(order.source), PDF_BYTES)
    if digest(data) != order.sha256:
        raise InputUnreadable(order.title, _CHANGED)
    return data


def environment_of(home: Path | None) -> dict[str, str]:
    """Return the environment of a signing process whose state lies in ``home``."""
    return {**os.environ, **({"SIGNKIT_HOME": str(home)} if home is not None else {})}


_CHANGED = Text("it changed since it was shown", "表示した後に内容が変わりました")
_ENDED = Text(
    "The process that signs ended by itself; nothing was signed.", "署名の処理が終了しました。署名していません。"
)
_FAULT = Text(
    "Something went wrong inside SignKit ({kind}); nothing was signed.",
    "SignKit の内部エラーです ({kind})。署名していません。",
)
_NO_PROMPT = Text(
    "There is no way to ask for the PIN outside the browser", "ブラウザーの外で暗証番号をたずねる方法がありません"
)
_GET_PROMPT = Text(
    "Install tkinter (Debian: python3-tk) or a pinentry, or start the desk from a terminal.",
    "tkinter (Debian では python3-tk) か pinentry を入れるか、端末から signkit desk を起動してください。",
)
