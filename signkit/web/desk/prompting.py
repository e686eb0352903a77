"""Asking for a PIN outside the browser: a window of this process, an installed pinentry, else the console.

It runs in the process that signs and ends with it (`signkit.web.desk.prompted_process`); the desk's own process never
has the secret, and no page has a field for one.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import IO, ClassVar, Literal
from urllib.parse import quote, unquote_to_bytes

from signkit.signers.base import SecretRequest
from signkit.words import Language, Text, printable

PromptKind = Literal["auto", "window", "pinentry", "console"]

_PINENTRIES = ("pinentry-mac", "pinentry-gnome3", "pinentry-qt", "pinentry-gtk-2", "pinentry-w32", "pinentry")
#: Points: read without glasses.
_LETTERS = 14
_WIDTH = 640
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_WITHOUT_SCREEN = ("pinentry-curses", "pinentry-tty")


class PromptCancelled(Exception):
    """The person does not want to enter it."""


class NoPrompt(Exception):
    """Nothing on this machine can ask."""


@dataclass(frozen=True)
class About:
    """What the secret is wanted for; the same as the page showed.

    Attributes:
        title: the document's.
        role: whose field is signed, with the party's name.
        sha256: of the document; of the list where there are several.
        files: how many documents.
    """

    title: str
    role: str
    sha256: str
    pages: int
    files: int = 1

    title_of_window: ClassVar[Text] = Text("SignKit: sign with your key", "SignKit: 署名の確認")
    button: ClassVar[Text] = Text("Sign", "署名する")

    def lines(self, language: Language) -> list[str]:
        """Say what is signed, as whom."""
        words = _DOCUMENTS if self.files > 1 else _DOCUMENT
        digest = " ".join(self.sha256[start : start + 8] for start in range(0, 64, 8))
        return [
            words.in_language(language, title=printable(self.title), pages=self.pages, files=self.files),
            _ROLE.in_language(language, role=printable(self.role)),
            f"SHA-256: {digest}",
        ]


@dataclass(frozen=True)
class AboutCard:
    """What is done with a card itself.

    Attributes:
        of: what the card is, in words.
        act: what is done with it.
    """

    of: str
    act: Text

    title_of_window: ClassVar[Text] = Text("SignKit: the card", "SignKit: カード")
    button: ClassVar[Text] = Text("Go on", "次へ")

    def lines(self, language: Language) -> list[str]:
        """Say what is done with which card."""
        return [self.act.in_language(language, of=printable(self.of))]


@dataclass(frozen=True)
class AboutFile:
    """An encrypted file that is to be opened."""

    name: str

    title_of_window: ClassVar[Text] = Text("SignKit: open a file", "SignKit: ファイルを開く")
    button: ClassVar[Text] = Text("Open", "開く")

    def lines(self, language: Language) -> list[str]:
        """Say which file is opened."""
        return [_OPENED.in_language(language, name=printable(self.name))]


@dataclass(frozen=True)
class Prompt:
    """How one asks: in which way, in which language, for what.

    Attributes:
        program: a pinentry to use instead of those that are looked for.
        is_again: a new secret is typed for the second time.
    """

    about: About | AboutCard | AboutFile
    language: Language
    kind: PromptKind = "auto"
    program: str | None = None
    is_again: bool = False

    def ask(self, request: SecretRequest) -> bytearray:
        """Ask the person; an `signkit.signers.base.AskSecret`.

        Raises:
            PromptCancelled: the person closed it.
            NoPrompt: there is no way to ask.
        """
        for way in self._ways():
            try:
                return way(self, request)
            except NoPrompt:
                continue
        raise NoPrompt

    def ask_again(self, request: SecretRequest) -> bytearray:
        """Ask for the same once more; see `ask`."""
        return replace(self, is_again=True).ask(request)

    def _ways(self) -> Sequence[Callable[[Prompt, SecretRequest], bytearray]]:
        named = {"window": [_by_window], "pinentry": [_by_pinentry], "console": [_on_console]}
        if self.program is not None:
            return [_by_pinentry]
        return named.get(self.kind, [_by_window, _by_pinentry, _on_console])

    def label(self, request: SecretRequest) -> str:
        """Say what is asked for."""
        words = _LABELS.get(request.kind, _LABELS["passphrase"])
        return words.in_language(self.language, of=printable(request.of))

    def lines(self, request: SecretRequest) -> list[str]:
        """Say what it is for, and how many tries are left."""
        lines = self.about.lines(self.language)
        if self.is_again:
            lines.append(_AGAIN.in_language(self.language))
        if request.tries_left is not None:
            words = _LAST_TRY if request.tries_left == 1 else _TRIES
            lines.append(words.in_language(self.language, tries=request.tries_left))
        elif request.after_wrong:
            lines.append(_AFTER_WRONG.in_language(self.language))
        return lines


def _by_window(prompt: Prompt, request: SecretRequest) -> bytearray:
    """Ask in a small window on top of the browser's."""
    try:
        import tkinter
        from tkinter import font, ttk
    except ImportError as error:
        raise NoPrompt from error
    try:
        window = tkinter.Tk()
    except tkinter.TclError as error:  # no screen
        raise NoPrompt from error
    for name in ("TkDefaultFont", "TkTextFont"):
        font.nametofont(name).configure(size=_LETTERS)
    typed: list[bytearray] = []
    window.title(prompt.about.title_of_window.in_language(prompt.language))
    window.attributes("-topmost", True)
    frame = ttk.Frame(window, padding=20)
    frame.grid()
    for line in prompt.lines(request):
        ttk.Label(frame, text=_drawn(line), wraplength=_WIDTH).grid(sticky="w", columnspan=2, pady=2)
    ttk.Label(frame, text=_drawn(prompt.label(request)), wraplength=_WIDTH).grid(sticky="w", columnspan=2, pady=(12, 2))
    entry = ttk.Entry(frame, show="●", width=36)
    entry.grid(sticky="we", columnspan=2, pady=4)

    def accept(_: object = None) -> None:
        typed.append(bytearray(entry.get().encode()))
        window.destroy()

    window.bind("<Return>", accept)
    window.bind("<Escape>", lambda _: window.destroy())
    row = frame.grid_size()[1]
    ttk.Button(frame, text=_CANCEL.in_language(prompt.language), command=window.destroy).grid(row=row, column=0)
    ttk.Button(frame, text=prompt.about.button.in_language(prompt.language), command=accept).grid(row=row, column=1)
    window.after(50, entry.focus_force)
    window.eval("tk::PlaceWindow . center")
    window.mainloop()
    return _entry(typed[0] if typed else None)


def _drawn(line: str) -> str:
    """Return a line without variation selectors (as in 辻󠄀): Tk draws each as an empty box beside its character."""
    return _SELECTORS.sub("", line)


def _by_pinentry(prompt: Prompt, request: SecretRequest) -> bytearray:
    """Ask through a pinentry (the Assuan protocol, as GnuPG speaks it)."""
    program = prompt.program or _found_pinentry()
    if program is None:
        raise NoPrompt
    try:
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    except OSError as error:
        raise NoPrompt from error
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        _answer(process.stdout)
        commands = {
            "SETTITLE": prompt.about.title_of_window.in_language(prompt.language),
            "SETDESC": "\n".join(prompt.lines(request)),
            "SETPROMPT": prompt.label(request),
            "SETOK": prompt.about.button.in_language(prompt.language),
            "SETCANCEL": _CANCEL.in_language(prompt.language),
        }
        for command, text in commands.items():
            _send(process.stdin, f"{command} {quote(text, safe=' ')}")
            _answer(process.stdout)
        _send(process.stdin, "GETPIN")
        secret = _answer(process.stdout)
        _send(process.stdin, "BYE")
        return _entry(secret)


def _found_pinentry() -> str | None:
    """Return one with a window of its own: one that draws on a terminal has none here."""
    for name in _PINENTRIES:
        path = shutil.which(name)
        if path is not None and os.path.basename(os.path.realpath(path)) not in _WITHOUT_SCREEN:  # noqa: PTH119
            return path
    return None


def _send(stream: IO[bytes], line: str) -> None:
    stream.write(line.encode() + b"\n")
    stream.flush()


def _answer(stream: IO[bytes]) -> bytearray | None:
    """Return the data before an OK, empty where there was none; None after an ERR."""
    found = bytearray()
    while line := stream.readline(4096):
        if line.startswith(b"D "):
            found += unquote_to_bytes(line[2:].rstrip(b"\r\n"))
        elif line.startswith(b"OK"):
            return found
        elif line.startswith(b"ERR"):
            return None
    return None


def _on_console(prompt: Prompt, request: SecretRequest) -> bytearray:
    """Ask on the console that the desk was started from."""
    device = "CONIN$" if sys.platform == "win32" else "/dev/tty"
    try:
        with open(device, "rb"):  # noqa: PTH123  a device
            pass
    except OSError as error:
        raise NoPrompt from error
    for line in ("", *prompt.lines(request)):
        print(line, file=sys.stderr)
    try:
        return _entry(bytearray(getpass.getpass(prompt.label(request) + ": ").encode()))
    except (EOFError, KeyboardInterrupt) as error:
        raise PromptCancelled from error


def _entry(secret: bytearray | None) -> bytearray:
    if not secret:
        raise PromptCancelled
    return secret


_DOCUMENT = Text("Document: {title} ({pages} pages)", "文書: {title} ({pages} ページ)")
_DOCUMENTS = Text(
    "{files} documents: {title}; one PIN signs them all", "{title} 全 {files} 件（1 回の入力で全件に署名します）"
)
_ROLE = Text("Signing as: {role}", "署名する人: {role}")
_TRIES = Text("{tries} tries left", "残り {tries} 回")
_LAST_TRY = Text("1 try left: a wrong entry locks it", "残り 1 回です。間違えるとロックされます")
_AFTER_WRONG = Text(
    "A wrong PIN was entered before; how many tries are left is not told",
    "前回、誤った PIN が入力されています。残り回数は分かりません",
)
_AGAIN = Text("Once more, to be sure", "確認のため、もう一度入力してください")
_CANCEL = Text("Cancel", "やめる")
_OPENED = Text("File to be opened: {name}", "開くファイル: {name}")
_LABELS = {
    "signature-password": Text(
        "Signature password of the card (6 to 16 letters and digits)",
        "カードの署名用パスワード（英数字 6〜16 文字）",
    ),
    "authentication-pin": Text("Authentication PIN (4 digits)", "利用者証明用の暗証番号（数字 4 桁）"),
    "surface-pin": Text("PIN for what is printed on the card (4 digits)", "券面事項入力補助用の暗証番号（数字 4 桁）"),
    "new-signature-password": Text(
        "New signature password (6 to 16 letters and digits)", "新しい署名用パスワード（英数字 6〜16 文字）"
    ),
    "new-pin": Text("New PIN (4 digits)", "新しい暗証番号（数字 4 桁）"),
    "document-password": Text("Password of {of}", "{of} のパスワード"),
    "token-pin": Text("PIN of {of}", "{of} の PIN"),
    "passphrase": Text("Passphrase of {of}", "{of} のパスフレーズ"),
}
