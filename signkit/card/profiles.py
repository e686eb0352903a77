"""Emulated cards worth rehearsing with: what a holder may meet, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from signkit.card import pin
from signkit.card.contents import CardContents
from signkit.card.emulator import Behaviour, EmulatedCard
from signkit.card.state import CardState, fresh_state
from signkit.words import Text


@dataclass(frozen=True)
class CardProfile:
    """A kind of card.  The first three fields after the title say what contents it is made for.

    Attributes:
        title: what it rehearses.
        algorithm: the kind of keys its contents should have.
        is_expired: whether its certificates should have expired.
        has_signing_certificate: False leaves the signature key pair out.
        has_face: False leaves 券面入力補助AP and 券面事項確認AP out, as on a smartphone.
        tries: counters that differ from a fresh card's, by the secret's key.
        behaviour: the knobs.
    """

    title: Text
    algorithm: Literal["rsa", "ecdsa"] = "rsa"
    is_expired: bool = False
    has_signing_certificate: bool = True
    has_face: bool = True
    tries: Mapping[str, int] = field(default_factory=dict)
    behaviour: Behaviour = field(default_factory=Behaviour)


# That an iPhone too wants its PIN before the authentication certificate is assumption; only Android's has a witness.
PROFILES: dict[str, CardProfile] = {
    "standard": CardProfile(Text("an adult resident's card", "一般的なカード")),
    "no-signing-certificate": CardProfile(
        Text("without signing certificate (under 15, or by choice)", "署名用電子証明書なし（15歳未満など）"),
        has_signing_certificate=False,
    ),
    "locked": CardProfile(
        Text("signature password locked", "署名用の暗証番号がロック中"), tries={pin.SIGNATURE.key: 0}
    ),
    "last-try": CardProfile(
        Text("one try left for the signature password", "署名用の暗証番号が残り1回"), tries={pin.SIGNATURE.key: 1}
    ),
    "expired": CardProfile(Text("expired certificates", "電子証明書の有効期限切れ"), is_expired=True),
    "next-generation": CardProfile(
        Text("ECDSA P-384, as announced (assumption)", "次期カード（ECDSA P-384、仮定を含む）"), algorithm="ecdsa"
    ),
    "android": CardProfile(
        Text("Android smartphone", "Android スマートフォン"),
        has_face=False,
        behaviour=Behaviour(token_label="JPKIAPGPSETOKEN", certificate_needs_pin=True),  # noqa: S106
    ),
    "iphone": CardProfile(
        Text("iPhone", "iPhone"),
        has_face=False,
        behaviour=Behaviour(token_label="JPKIAPIOSTOKEN", certificate_needs_pin=True),  # noqa: S106
    ),
}


def make_card(
    profile: CardProfile,
    contents: CardContents,
    state: CardState | None = None,
    on_change: Callable[[CardState], None] | None = None,
) -> EmulatedCard:
    """Return a card of this kind.  A ``state`` that was kept wins over the profile's counters."""
    if not profile.has_signing_certificate:
        contents = replace(contents, sign=None)
    if not profile.has_face:
        contents = replace(contents, face=None)
    if state is None:
        state = fresh_state(contents)
        state.tries.update(profile.tries)
    return EmulatedCard(contents, profile.behaviour, state, on_change)
