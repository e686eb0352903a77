"""PKCS#11 modules, tokens and logins through python-pkcs11: which token is meant, its PIN, a session that closes.

Everything here runs under the module's lock: python-pkcs11 initialises modules without locking of their own (PKCS#11
5.4, C_Initialize with NULL), so one thread at a time may be inside.
"""

from __future__ import annotations

import contextlib
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from signkit.errors import MissingExtra, SignerUnusable, TokenChoice, system_cause
from signkit.signers.base import AskSecret, SecretRequest
from signkit.signers.pkcs11_uri import Pkcs11Uri
from signkit.words import Text, printable

if TYPE_CHECKING:
    from pkcs11 import Session, Token

_T = TypeVar("_T")


@dataclass
class Module:
    """A loaded module; python-pkcs11 and the module itself know only one a process.

    Attributes:
        path: the file, resolved, so that two names of one module do not load it twice.
        lock: held during every call into the module.
    """

    path: str
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    _sessions: int = 0
    _left_open: bool = False

    @property
    def library(self) -> Any:
        """python-pkcs11's library, initialised."""
        import pkcs11

        return pkcs11.lib(self.path)

    def enter(self) -> None:
        """Count a session."""
        self._sessions += 1

    def leave(self, *, closed: bool) -> None:
        """Count a session less; finalise the module once the last has left if any of them could not be closed.

        python-pkcs11 keeps no handle of a session whose login failed, and does not close one whose logout failed;
        C_Finalize closes both.
        """
        import pkcs11

        self._sessions -= 1
        self._left_open |= not closed
        if self._left_open and not self._sessions:
            self._left_open = False
            with contextlib.suppress(pkcs11.PKCS11Error):
                self.library.finalize()


@dataclass(frozen=True)
class NamedToken:
    """A token, and the URI that names it and no other of its module."""

    token: Token
    uri: Pkcs11Uri


_modules: dict[str, Module] = {}
_loading = threading.Lock()


def load_module(path: str | Path) -> Module:
    """Load the module at ``path``, once a process.

    Raises:
        MissingExtra: python-pkcs11 is not installed.
        SignerUnusable("pkcs11-module-unusable"): no such file, not a PKCS#11 module, or it does not start.
    """
    try:
        from pkcs11 import PKCS11Error
    except ImportError as error:
        raise MissingExtra("pkcs11:", "pkcs11") from error
    with _loading:
        resolved = _resolve(path)
        module = _modules.get(resolved) or Module(resolved)
        try:
            module.library  # noqa: B018  # loads it
        except PKCS11Error as error:
            raise SignerUnusable(
                "pkcs11-module-unusable", path=str(path), cause=Text(_cause(error), _cause(error))
            ) from error
        return _modules.setdefault(resolved, module)


def _resolve(path: str | Path) -> str:
    """Return the file itself: nothing is searched for, so that no library of the current folder slips in."""
    try:
        # A bare name would be searched for by the loader in places that others may write to.
        return str(Path(path).expanduser().resolve(strict=True))
    except (OSError, RuntimeError, ValueError) as error:
        raise SignerUnusable("pkcs11-module-unusable", path=str(path), cause=system_cause(error)) from error


def _cause(error: Exception) -> str:
    """Return what PKCS#11 calls the error (its CKR_ name in python-pkcs11's spelling), or the loader's words."""
    return str(error) or type(error).__name__


@contextlib.contextmanager
def speaking_with(token: Token) -> Iterator[None]:
    """Turn python-pkcs11's errors into ours.

    Raises:
        SignerUnusable("token-pin-wrong", "token-pin-locked"): what the token says of a PIN.
        SignerUnusable("token-failed"): everything else.
    """
    from pkcs11 import PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error

    try:
        yield
    # CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE.
    except (PinIncorrect, PinInvalid, PinLenRange) as error:
        raise SignerUnusable("token-pin-wrong", token=printable(token.label), state=_state_of_tries(token)) from error
    except PinLocked as error:
        raise SignerUnusable("token-pin-locked", token=printable(token.label)) from error
    except PKCS11Error as error:
        raise SignerUnusable("token-failed", token=printable(token.label), cause=_cause(error)) from error


def find_token(module: Module, uri: Pkcs11Uri) -> NamedToken:
    """Return the one token that ``uri`` fits.

    Raises:
        SignerUnusable("token-not-found", "token-ambiguous"): none or several; they are listed.
        SignerUnusable("token-failed"): the module cannot even list its slots.
    """
    tokens = _name_tokens(list(_initialised_tokens(module)), uri)
    fitting = [named for named in tokens if _fits(named.token, uri)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        raise SignerUnusable("token-not-found", choices=_choices(tokens))
    raise SignerUnusable("token-ambiguous", choices=_choices(fitting))


def _initialised_tokens(module: Module) -> Iterator[Token]:
    from pkcs11 import PKCS11Error, TokenFlag

    try:
        slots = module.library.get_slots(token_present=True)
    except PKCS11Error as error:
        raise SignerUnusable("token-failed", token=module.path, cause=_cause(error)) from error
    for slot in slots:
        try:
            token = slot.get_token()
        except PKCS11Error:
            continue  # taken out meanwhile, or a card that this module does not know
        # CKF_TOKEN_INITIALIZED: a blank token has no keys and no PIN to ask for.
        if token.flags & TokenFlag.TOKEN_INITIALIZED:
            yield token


def _fits(token: Token, uri: Pkcs11Uri) -> bool:
    pairs = (
        (uri.token, token.label),
        (uri.manufacturer, token.manufacturer_id),
        (uri.model, token.model),
        (uri.serial, token.serial.decode("utf-8", "replace")),
        (uri.slot_description, token.slot.slot_description),
        (uri.slot_manufacturer, token.slot.manufacturer_id),
        (uri.slot_id, token.slot.slot_id),
    )
    return all(wanted is None or wanted == there for wanted, there in pairs)


def _name_tokens(tokens: list[Token], uri: Pkcs11Uri) -> list[NamedToken]:
    """Name each token by its label, and where that is not unique by its slot.  Never by serial number: it identifies
    a person's card (and OpenSC says 00000000 of every Individual Number Card)."""
    labels = [token.label for token in tokens]
    return [
        NamedToken(
            token,
            Pkcs11Uri(
                token=token.label,
                slot_id=token.slot.slot_id if labels.count(token.label) > 1 else None,
                object=uri.object,
                id=uri.id,
                module_path=uri.module_path,
            ),
        )
        for token in tokens
    ]


def _choices(tokens: list[NamedToken]) -> tuple[TokenChoice, ...]:
    return tuple(TokenChoice(printable(named.token.label), str(named.uri)) for named in tokens)


def obtain_pin(token: Token, ask: AskSecret, *, use_last_try: bool) -> bytearray | None:
    """Ask for the PIN, after a look at what the token says of the tries left; None where none is to be typed here.

    Raises:
        SignerUnusable("token-pin-locked"): no try is left.
        SignerUnusable("token-pin-last-try"): one is left, and ``use_last_try`` is not set.
        SignerUnusable("token-pin-not-sent"): nothing was entered.
    """
    from pkcs11 import TokenFlag

    with speaking_with(token):
        flags = token.slot.get_token().flags  # those of ``token`` are as old as the object
    # CKF_LOGIN_REQUIRED.
    if not flags & TokenFlag.LOGIN_REQUIRED:
        return None
    name = printable(token.label)
    if flags & TokenFlag.USER_PIN_LOCKED:
        raise SignerUnusable("token-pin-locked", token=name)
    # CKF_USER_PIN_FINAL_TRY: one wrong answer more, and the token is locked.
    last = bool(flags & TokenFlag.USER_PIN_FINAL_TRY)
    if last and not use_last_try:
        raise SignerUnusable("token-pin-last-try", token=name)
    # CKF_PROTECTED_AUTHENTICATION_PATH.
    if flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
        return None  # typed at the token's own PIN pad
    # CKF_USER_PIN_COUNT_LOW: a wrong PIN was given since the last right one.
    after_wrong = bool(flags & TokenFlag.USER_PIN_COUNT_LOW)
    pin = ask(SecretRequest("token-pin", name, 1 if last else None, after_wrong and not last))
    if not pin:
        raise SignerUnusable("token-pin-not-sent", token=name)
    return pin


@contextlib.contextmanager
def session_on(module: Module, token: Token, pin: bytearray | None) -> Iterator[Session]:
    """Open a read-only session, logged in where the token wants it; it is closed at the end for certain.

    Raises:
        SignerUnusable("token-pin-wrong", "token-pin-locked", "token-pin-not-sent"): about the PIN; it is sent once.
        SignerUnusable("token-failed"): the token or its module.
    """
    module.enter()
    try:
        session = _open(token, pin)
    except BaseException:
        module.leave(closed=False)
        raise
    try:
        yield session
    finally:
        with module.lock:
            module.leave(closed=_close(session))


def _open(token: Token, pin: bytearray | None) -> Session:
    from pkcs11 import TokenFlag
    from pkcs11.types import PROTECTED_AUTH

    with speaking_with(token):
        if pin is not None:
            return with_text(token, pin, lambda text: token.open(user_pin=text))
        pad = token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH and token.flags & TokenFlag.LOGIN_REQUIRED
        return token.open(user_pin=PROTECTED_AUTH if pad else None)


def with_text(token: Token, pin: bytearray, use: Callable[[str], _T]) -> _T:
    """Call ``use`` with the PIN as the str that python-pkcs11 wants.

    A str cannot be wiped: this one, and the bytes that python-pkcs11 makes of it, are garbage as soon as the call
    returns, and stay in freed memory until that is used again.  The frames of a failed call are cleared, so that no
    traceback keeps them.

    Raises:
        SignerUnusable("token-pin-not-sent"): it is not UTF-8.
    """
    text = _decode(pin)
    if text is None:
        raise SignerUnusable("token-pin-not-sent", token=printable(token.label))
    try:
        return use(text)
    # Frames hold the text as a local variable: whoever logs the traceback would log the PIN.
    except BaseException as error:
        traceback.clear_frames(error.__traceback__)
        raise
    finally:
        del text


def _decode(pin: bytearray) -> str | None:
    try:
        return pin.decode()
    except UnicodeDecodeError:
        return None  # that exception holds the PIN: it ends here


def _close(session: Session) -> bool:
    from pkcs11 import PKCS11Error

    try:
        session.close()
    except PKCS11Error:
        return False  # pulled out, or logged out by a wrong PIN; `Module.leave` sees to the rest
    return True


def _state_of_tries(token: Token) -> Literal["not told", "last", "locked"]:
    from pkcs11 import PKCS11Error, TokenFlag

    try:
        flags = token.slot.get_token().flags
    except PKCS11Error:
        return "not told"
    if flags & TokenFlag.USER_PIN_LOCKED:
        return "locked"
    return "last" if flags & TokenFlag.USER_PIN_FINAL_TRY else "not told"
