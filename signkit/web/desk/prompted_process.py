"""A process of its own that asks for a secret, does one act with it, and ends.

The desk gives it an order on stdin and reads what became of it from stdout, a JSON object a line; the secret is on
neither, and the desk's own process never has it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, Protocol

from signkit.errors import SignKitError, UsageProblem
from signkit.web.desk.desk_hints import desk_hint
from signkit.web.desk.prompting import NoPrompt, PromptCancelled
from signkit.words import Text

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from signkit.web.desk.prompted_process import main; main()"
)
#: What the process says it is doing.
CHECKING, ASKING, SIGNING = "checking", "asking", "signing"
#: Tells the desk how far the act is.
Say = Callable[..., None]
#: Carries an order out; returns what came of it.
Act = Callable[[dict[str, Any], Say], str]

#: Where each act is; only the one that is ordered is loaded.
_ACTS = {
    "sign": ("signkit.web.desk.signing_process", "sign_one"),
    "sign-many": ("signkit.web.desk.many_process", "sign_many"),
    "change-pin": ("signkit.web.desk.card_process", "change_pin"),
    "read-identity": ("signkit.web.desk.card_process", "read_holder"),
    "register-touch": ("signkit.web.desk.card_process", "register_touch"),
}
#: What is loaded before the order comes.
_AHEAD = {
    "sign": (
        "signkit.web.desk.signing_process", "signkit.library.acts", "signkit.signers.card", "signkit.signing.many",
        "signkit.signing.readback", "pyhanko.sign.signers.cms_embedder", "signkit.validation.page_text",
    ),
}  # fmt: skip


class PromptedOrder(Protocol):
    """What is to be done: a dataclass of plain values.

    Attributes:
        ACT: which act carries it out.
    """

    ACT: ClassVar[str]
    __dataclass_fields__: ClassVar[dict[str, Any]]


@dataclass(frozen=True)
class PromptRefusal:
    """Why nothing was done, in words."""

    message: Text
    hint: Text | None = None


class PromptedProcess:
    """One process that carries out one order.

    Args:
        environment: of the process; the desk's settings go with it.
        act: which act will be ordered, so that what it needs is loaded before; None: not known yet.
    """

    def __init__(self, environment: dict[str, str], act: str | None = None) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path), act or ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )

    def run(
        self,
        order: PromptedOrder,
        on_stage: Callable[[str], object],
        on_done: Callable[[int], object] = lambda _: None,
    ) -> PromptRefusal | str | None:
        """Have an order carried out.

        Args:
            on_done: told how many pieces are done, where there are several.

        Returns:
            What came of it; why nothing did; None where the person cancelled.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._process:
            try:
                self._process.stdin.write(json.dumps({"act": order.ACT, "order": asdict(order)}).encode())
                self._process.stdin.close()
            except OSError:
                pass  # it ended: what it said tells why
            answer: dict[str, Any] = {}
            for line in self._process.stdout:
                said = json.loads(line)
                if "stage" in said:
                    on_stage(said["stage"])
                elif "count" in said:
                    on_done(said["count"])
                else:
                    answer = said
        return _read_answer(answer)

    def stop(self) -> None:
        """End it, whatever it is doing; a file that is not whole is not there."""
        self._process.kill()

    def is_there(self) -> bool:
        """Tell whether it has not ended."""
        return self._process.poll() is None

    def discard(self) -> None:
        """End it where nothing was ordered."""
        with self._process:
            self._process.kill()


class SigningAhead:
    """Begins the process that will sign while somebody still reads what is to be signed: loading takes a second."""

    def __init__(self) -> None:
        self._waiting: PromptedProcess | None = None
        self._lock = threading.Lock()

    def begin(self, environment: dict[str, str]) -> None:
        """Begin one, where none waits."""
        with self._lock:
            self._waiting = self._alive() or PromptedProcess(environment, "sign")

    def take(self, environment: dict[str, str]) -> PromptedProcess:
        """Return the one that waits, else a new one."""
        with self._lock:
            process, self._waiting = self._alive(), None
        return process or PromptedProcess(environment)

    def close(self) -> None:
        """End the one that waits."""
        with self._lock:
            if self._waiting is not None:
                self._waiting.discard()
            self._waiting = None

    def _alive(self) -> PromptedProcess | None:
        if self._waiting is not None and not self._waiting.is_there():
            self._waiting.discard()
            self._waiting = None
        return self._waiting


def _read_answer(answer: dict[str, Any]) -> PromptRefusal | str | None:
    if "became" in answer:
        return str(answer["became"])
    if "cancelled" in answer:
        return None
    if "message" not in answer:
        return PromptRefusal(_ENDED)
    return PromptRefusal(Text(*answer["message"]), Text(*answer["hint"]) if answer["hint"] else None)


def main() -> None:
    """Be the process."""
    for name in _AHEAD.get(sys.argv[2], ()):
        import_module(name)
    order = sys.stdin.buffer.read()
    if not order:  # nobody wants it, or the desk was killed
        return
    given = json.loads(order)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not stand between the answers
    _silence()

    def say(**said: object) -> None:
        print(json.dumps(said), file=answers, flush=True)

    try:
        say(became=_act(given["act"])(given["order"], say))
    except PromptCancelled:
        say(cancelled=True)
    except NoPrompt:
        _say_error(say, UsageProblem(_NO_PROMPT, _GET_PROMPT))
    except SignKitError as error:
        _say_error(say, error)
    except Exception as error:
        words = _FAULT.filled(kind=type(error).__name__)
        say(message=(words.en, words.ja), hint=None)


def _act(name: str) -> Act:
    module, function = _ACTS[name]
    act: Act = getattr(import_module(module), function)
    return act


def _say_error(say: Say, error: SignKitError) -> None:
    hint = desk_hint(error)
    say(message=(error.message("en"), error.message("ja")), hint=(hint.en, hint.ja) if hint else None)


def _silence() -> None:
    import logging
    import warnings

    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")


def environment_of(home: Path | None) -> dict[str, str]:
    """Return the environment of a process whose state lies in ``home``."""
    return {**os.environ, **({"SIGNKIT_HOME": str(home)} if home is not None else {})}


_ENDED = Text(
    "The process that asks for the PIN ended by itself; nothing more was done.",
    "暗証番号を扱う処理が終了しました。これ以上は何もしていません。",
)
_FAULT = Text(
    "Something went wrong inside SignKit ({kind}); nothing more was done.",
    "SignKit の内部エラーです ({kind})。これ以上は何もしていません。",
)
_NO_PROMPT = Text(
    "There is no way to ask for the PIN outside the browser", "ブラウザーの外で暗証番号をたずねる方法がありません"
)
_GET_PROMPT = Text(
    "Install tkinter (Debian: python3-tk) or a pinentry, or start the desk from a terminal.",
    "tkinter (Debian では python3-tk) か pinentry を入れるか、端末から signkit desk を起動してください。",
)
