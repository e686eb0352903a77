"""The rehearsal's cards, kept in a folder: each profile's contents, its face, and the state it is in.

The keys behind the face (券面) are kept as private keys; the public half of the topmost is kept beside them, so that
it can be named as the issuer's key where a real one is not known.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from signkit.card.contents import CardContents, FaceContents
from signkit.card.emulator import EmulatedCard
from signkit.card.profiles import PROFILES, CardProfile, make_card
from signkit.card.state import load_state, save_state
from signkit.card.surface import FourAttributes
from signkit.output import write_checked
from signkit.rehearsal.authority import CertifiedKey, FictionalResident, new_ec_key, new_rsa_key
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import (
    HANAKO,
    RehearsalPki,
    keep_identity,
    kept_folder,
    kept_rehearsal,
    key_contents,
    load_identity,
    load_key,
)
from signkit.rehearsal.residents import RESIDENTS

STANDARD = "standard"

#: The file to name with ``--ca-key``: the key that certifies the issuer of the rehearsal's card faces.
FACE_CA_FILE = "rehearsal-face-ca.pem"

_FACE_KEYS = ("face-card", "face-issuer", "face-ca")
_EXPIRED_SINCE = timedelta(days=30)
_EXPIRED_VALIDITY = timedelta(days=300)  # shorter than a real one, so that it began after the CA's

_EXPIRY_YEAR = 2035
_SECURITY_CODE = "2285"

#: What can stand after ``card:virtual:``: a kind of card (番号 花子's), or the holder of a standard one.
CARD_NAMES = (*PROFILES, *RESIDENTS)


def kept_emulated_card(folder: Path, profile: str = STANDARD, state_file: Path | None = None) -> EmulatedCard:
    """Return the kept card of a profile; its PINs and counters survive from run to run, as a real card's do.

    Args:
        folder: where the rehearsal is kept; made where there is none yet.
        profile: a name in ``CARD_NAMES``.
        state_file: where PINs and counters are kept; default: a file of the profile's own in ``folder``.

    Raises:
        KeyError: there is no such profile.
        FileUnusable("output-not-written"): the folder cannot be written or what is in it cannot be read.
        InputUnreadable: the state file is none of such a card.
    """
    path = state_file or folder / f"card-state-{profile}.json"
    contents = kept_contents(folder, profile)
    state = load_state(path, contents) if path.exists() else None
    return make_card(kind_of_card(profile), contents, state, lambda changed: save_state(path, changed))


def fresh_emulated_card(folder: Path, profile: str = STANDARD) -> EmulatedCard:
    """Return the card of a profile with its first PINs and counters; what changes is not kept.

    Raises:
        KeyError, FileUnusable("output-not-written"): see ``kept_emulated_card``.
    """
    return make_card(kind_of_card(profile), kept_contents(folder, profile))


def kind_of_card(name: str) -> CardProfile:
    """Return the profile that a name in ``CARD_NAMES`` means.

    Raises:
        KeyError: there is no such card.
    """
    return PROFILES[STANDARD if name in RESIDENTS else name]


def kept_contents(folder: Path, profile: str = STANDARD) -> CardContents:
    """Return what is personal on the card of a profile; issue and keep it where there is none yet.

    Raises:
        KeyError, FileUnusable("output-not-written"): see ``kept_emulated_card``.
    """
    kind = kind_of_card(profile)
    pki = kept_rehearsal(folder)
    with kept_folder(folder):
        contents = _kept_keys(folder, pki, profile)
        face = _kept_face(folder, _holder(profile)) if kind.has_face else None
    return replace(contents, sign=contents.sign if kind.has_signing_certificate else None, face=face)


def _holder(profile: str) -> FictionalResident:
    return RESIDENTS.get(profile, HANAKO)


def _kept_keys(folder: Path, pki: RehearsalPki, profile: str) -> CardContents:
    kind = kind_of_card(profile)
    name = "card" + ("-expired" if kind.is_expired else "") + ("-ecdsa" if kind.algorithm == "ecdsa" else "")
    name += f"-{profile}" if profile in RESIDENTS else ""
    signing, authentication = folder / f"{name}-signature.pem", folder / f"{name}-authentication.pem"
    if not authentication.exists():
        for path, identity in zip((signing, authentication), _issue(pki, kind, _holder(profile)), strict=True):
            keep_identity(path, identity)
    return CardContents(
        sign=key_contents(load_identity(signing), pki.signature_ca),
        auth=key_contents(load_identity(authentication), pki.authentication_ca),
    )


def _issue(pki: RehearsalPki, kind: CardProfile, holder: FictionalResident) -> tuple[CertifiedKey, CertifiedKey]:
    now = utc_now()
    end = now - _EXPIRED_SINCE if kind.is_expired else None
    start = end - _EXPIRED_VALIDITY if end else now
    new_key = new_ec_key if kind.algorithm == "ecdsa" else new_rsa_key
    return pki.identities(holder, start, end=end, new_key=new_key)


def _kept_face(folder: Path, holder: FictionalResident) -> FaceContents:
    paths = [folder / f"{name}.pem" for name in _FACE_KEYS]
    for path in paths:
        if not path.exists():
            key = new_rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_checked(path, key, private=True)
    keys = [load_key(path) for path in paths]
    public = keys[-1].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    if not (folder / FACE_CA_FILE).exists():
        write_checked(folder / FACE_CA_FILE, public)
    return face(holder, *(key for key in keys if isinstance(key, RSAPrivateKey)))


def face(person: FictionalResident, own: RSAPrivateKey, issuer: RSAPrivateKey, ca: RSAPrivateKey) -> FaceContents:
    """Return the face of a card of ``person``, vouched for by these keys."""
    sex = {"3": "0"}.get(person.sex, person.sex)  # "not known" has another digit on the face
    attributes = FourAttributes(person.name, person.address, person.birth_date[1:], sex)
    keys = (key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()) for key in (own, issuer, ca))
    return FaceContents(attributes, _EXPIRY_YEAR, _SECURITY_CODE, *keys)
