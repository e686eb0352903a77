"""Asking for an encrypted file's password in a process of its own, for a window needs one; it hands the password over.

Other than a PIN, the desk needs it for as long as the file is looked at: it keeps it in memory, and nowhere else.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from signkit.signers.base import SecretRequest
from signkit.web.desk.prompting import AboutFile, NoPrompt, Prompt, PromptCancelled, PromptKind
from signkit.words import Language

_PROGRAM = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from signkit.web.desk.opening_process import main; main()"
)


@dataclass(frozen=True)
class Question:
    """Which file's password is asked for, and how."""

    name: str
    language: Language
    prompt: PromptKind
    program: str | None


class OpeningProcess:
    """One process that asks once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter
            [sys.executable, "-P", "-c", _PROGRAM, json.dumps(sys.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def ask(self, question: Question) -> str | None:
        """Return the password; None where the person cancelled.

        Raises:
            NoPrompt: nothing on this machine can ask.
        """
        said, _ = self._process.communicate(json.dumps(asdict(question)).encode())
        answer = json.loads(said) if said else {}
        if "no_prompt" in answer:
            raise NoPrompt
        return answer.get("password")

    def stop(self) -> None:
        """End it."""
        self._process.kill()


def main() -> None:
    """Be the process."""
    question = Question(**json.loads(sys.stdin.buffer.read()))
    answers, sys.stdout = sys.stdout, sys.stderr  # what a library prints must not stand before the answer
    prompt = Prompt(AboutFile(question.name), question.language, question.prompt, question.program)
    answer: dict[str, object] = {}
    try:
        secret = prompt.ask(SecretRequest("document-password", question.name))
        answer = {"password": secret.decode("utf-8", "replace")}
    except PromptCancelled:
        answer = {"cancelled": True}
    except NoPrompt:
        answer = {"no_prompt": True}
    print(json.dumps(answer), file=answers, flush=True)
