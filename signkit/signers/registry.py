"""From a signer URI (``card``, ``p12:alice.p12``, …) to an opened `Signer`.

Third parties add kinds through the entry-point group ``signkit.signers``: the entry's name is the URI's scheme, its
object is called with the rest of the URI and a `SignerContext` and returns a `Signer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path

from signkit.errors import SignerUnusable, SigningRefused
from signkit.settings import Settings
from signkit.signers.base import Accept, AskSecret, LateSigner, Purpose, ShowLink, Signer


@dataclass(frozen=True)
class SignerContext:
    """What a kind of signer may use: how to ask a person, the settings, the user's insistence, and what it is for.

    ``accept`` refuses a key that could not be used afterwards: whoever can tell before a secret is asked for lets it
    look, so that no try is spent on it.  Whoever opens the signer looks again once it is open.

    ``certificates`` (DER, the signer's first, then its issuers) are what is known of a key that shows its own too late;
    ``show`` shows a person where to agree to a signature.
    """

    ask: AskSecret
    settings: Settings = field(default_factory=Settings)
    use_last_try: bool = False
    purpose: Purpose = field(default_factory=Purpose)
    accept: Accept | None = None
    certificates: tuple[bytes, ...] = ()
    show: ShowLink | None = None


_PHONE = "auth-app"

SignerFactory = Callable[[str, SignerContext], Signer]


def _open_p12(rest: str, context: SignerContext) -> Signer:
    from signkit.signers.p12 import open_pkcs12

    return open_pkcs12(Path(rest).expanduser(), context.ask)


def _open_card(rest: str, context: SignerContext) -> Signer:
    from signkit.signers.card import open_card_signer

    return open_card_signer(
        rest, context.ask, context.settings, use_last_try=context.use_last_try, accept=context.accept
    )


def _open_pkcs11(rest: str, context: SignerContext) -> Signer:
    from signkit.signers.pkcs11 import open_pkcs11_signer

    return open_pkcs11_signer(
        rest, context.ask, context.settings, use_last_try=context.use_last_try, accept=context.accept
    )


def _open_agent(rest: str, context: SignerContext) -> Signer:
    from signkit.signers.agent import open_agent_signer

    return open_agent_signer(rest, context.ask, context.purpose)


def _open_csc(rest: str, context: SignerContext) -> Signer:
    from signkit.signers.csc import open_csc_signer

    return open_csc_signer(rest, context.ask, context.settings, accept=context.accept)


def _open_phone(rest: str, context: SignerContext) -> Signer:
    from signkit.signers.auth_app import KnownPhoneKey, open_phone_key

    phone = open_phone_key(rest, context.show, context.ask, context.settings)
    if not context.certificates:
        raise SigningRefused("certificate-needed")
    own, *chain = context.certificates
    return KnownPhoneKey(phone, own, tuple(chain), context.accept)


_BUILT_IN: dict[str, SignerFactory] = {
    "p12": _open_p12,
    "card": _open_card,
    "pkcs11": _open_pkcs11,
    "agent": _open_agent,
    "csc": _open_csc,
    _PHONE: _open_phone,
}


def open_signer(uri: str, context: SignerContext) -> Signer:
    """Return the signer that ``uri`` names; use it as a context manager.

    Raises:
        SignerUnusable("signer-unknown"): no kind of that name.
        SignKitError: what the kind itself reports (file, card, PIN).
    """
    scheme, _, rest = uri.partition(":")
    factory = _BUILT_IN.get(scheme) or _plugin(scheme)
    if factory is None or (scheme == "p12" and not rest):
        raise SignerUnusable("signer-unknown", uri=uri, known=", ".join(sorted({*_BUILT_IN, *_plugin_names()})))
    return factory(rest, context)


def late_signer(uri: str, context: SignerContext) -> LateSigner | None:
    """Return the key that ``uri`` names where its certificate comes with its signature; None for every other.

    Raises:
        SignerUnusable: see `signkit.signers.auth_app.open_phone_key`.
    """
    scheme, _, rest = uri.partition(":")
    if scheme != _PHONE or context.certificates:
        return None
    from signkit.signers.auth_app import open_phone_key

    return open_phone_key(rest, context.show, context.ask, context.settings)


def _plugin_names() -> list[str]:
    return [entry.name for entry in entry_points(group="signkit.signers")]


def _plugin(scheme: str) -> SignerFactory | None:
    for entry in entry_points(group="signkit.signers", name=scheme):
        factory: SignerFactory = entry.load()
        return factory
    return None
