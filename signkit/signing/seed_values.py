"""Seed values: what the author of an empty signature field demands of the signature in it (ISO 32000-2 12.7.5.5).

Tables 237 and 238 let each value be a mere default or a demand.  Only demands are looked at: a signature that would not
meet one is refused, with all that it lacks, before the key is used.  pyHanko reads the dictionary; what it makes of
references, of several subject names and of unknown versions is put right before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signkit.errors import SigningRefused
from signkit.signers.base import KeyFacts
from signkit.words import Text, printable

if TYPE_CHECKING:
    from asn1crypto import x509
    from pyhanko.sign.fields import SigCertConstraints, SigSeedValueSpec

    from signkit.signing.request import SignatureRequest

#: Table 237 /V: the demands of PDF 2.0 are the last that are known here.
_NEWEST_VERSION = 3
_HANDLER = "/Adobe.PPKLite"
#: What SignKit can write, with the profile that does.
_PROFILES = {"/ETSI.CAdES.detached": "pades", "/adbe.pkcs7.detached": "registry"}
#: A list of reasons that is just this allows none.
_NO_REASON = (".",)
#: What table 238 /SubjectDN calls by abbreviations; the others are object identifiers.
_ATTRIBUTES = {
    "CN": "common_name",
    "SERIALNUMBER": "serial_number",
    "C": "country_name",
    "L": "locality_name",
    "ST": "state_or_province_name",
    "O": "organization_name",
    "OU": "organizational_unit_name",
    "E": "email_address",
}
_MAX_DEPTH = 6
_MAX_ITEMS = 2000


@dataclass(frozen=True)
class Intention:
    """The signature that is to be made, as far as it is known.

    Attributes:
        request: what it says.
        permission: what may change after it (DocMDP, 1 to 3); None where it does not say.
        timestamped: whether it carries a signature timestamp.
        key: what signs it; None before the key is opened, and demands on it are then not looked at.
    """

    request: SignatureRequest
    permission: int | None
    timestamped: bool
    key: KeyFacts | None = None


def demanded_permission(field: Any) -> int | None:
    """Return /P of the field's /MDP seed value (0 an approval, 1 to 3 a certification), or None."""
    seed = _seed_of(field)
    return None if seed is None or "/MDP" not in seed else int(seed["/MDP"]["/P"])


def refuse_violation(field: Any, intention: Intention) -> None:
    """Refuse a signature that would not meet the demands of ``field``, a signature field's dictionary.

    Raises:
        SigningRefused("seed-value-violated"): with every demand that it would not meet.
        ValueError, KeyError, TypeError: the seed values cannot be read.
    """
    seed = _seed_of(field)
    if seed is None:
        return
    unmet = tuple(_unmet_demands(seed, intention))
    if unmet:
        raise SigningRefused("seed-value-violated", field=intention.request.field, demands=unmet)


def refuse_key_violation(field: Any, name: str, key: KeyFacts) -> None:
    """Refuse a key that does not meet the demands of ``field`` on keys; the others were looked at before.

    Raises:
        SigningRefused("seed-value-violated"): with every demand that it does not meet.
        ValueError, KeyError, TypeError: the seed values cannot be read.
    """
    seed = _seed_of(field)
    if seed is None:
        return
    spec, names = _spec_and_names(seed)
    unmet = tuple(_unmet_by_key(spec, key, names))
    if unmet:
        raise SigningRefused("seed-value-violated", field=name, demands=unmet)


def _seed_of(field: Any) -> Any:
    return _resolve(field["/SV"], _ObjectBudget()) if "/SV" in field else None


class _ObjectBudget:
    """How much of a stranger's dictionary is still read."""

    left = _MAX_ITEMS


def _resolve(item: Any, budget: _ObjectBudget, depth: int = 0) -> Any:
    """Return a copy without references: pyHanko's reader of seed values follows none."""
    from pyhanko.pdf_utils import generic

    budget.left -= 1
    if depth > _MAX_DEPTH or budget.left < 0:
        raise ValueError("the seed values are too deep or too large")
    if isinstance(item, generic.DictionaryObject):
        there = [key for key in item if not isinstance(item.raw_get(key).get_object(), generic.NullObject)]
        return generic.DictionaryObject({key: _resolve(item[key], budget, depth + 1) for key in there})
    if isinstance(item, generic.ArrayObject):
        return generic.ArrayObject(_resolve(item[index], budget, depth + 1) for index in range(len(item)))
    return item


def _unmet_demands(seed: Any, intention: Intention) -> Iterator[Text]:
    from pyhanko.sign.fields import SigSeedValFlags

    # Table 237, /Ff: a set bit makes the entry a demand.
    flags = SigSeedValFlags(int(seed.get("/Ff", 0)))
    handler, version = seed.get("/Filter", _HANDLER), seed.get("/V", 1)
    if flags & SigSeedValFlags.FILTER and handler != _HANDLER:
        yield Text(f"another program's signature ({handler})", f"別のプログラムによる署名 ({handler})")
    if flags & SigSeedValFlags.V and version > _NEWEST_VERSION:
        yield Text(f"rules of a newer version ({version})", f"新しい版の規則 (バージョン {version})")
    spec, names = _spec_and_names(seed)
    yield from _unmet_by_format(spec, intention)
    yield from _unmet_by_statement(spec, intention)
    yield from _unmet_by_permission(spec, intention)
    if intention.key is not None:
        yield from _unmet_by_key(spec, intention.key, names)


def _spec_and_names(seed: Any) -> tuple[SigSeedValueSpec, Any]:
    """Return what pyHanko reads of a seed value, and the subject names, of which it reads one only."""
    from pyhanko.sign.fields import SigSeedValueSpec

    for known in ("/Filter", "/V"):
        seed.pop(known, None)
    names = seed.get("/Cert", {}).pop("/SubjectDN", ())
    return SigSeedValueSpec.from_pdf_object(seed), names


def _unmet_by_format(spec: SigSeedValueSpec, intention: Intention) -> Iterator[Text]:
    from pyhanko.sign.fields import SigSeedSubFilter, SigSeedValFlags

    if spec.flags & SigSeedValFlags.SUBFILTER and spec.subfilters is not None:
        # Table 237: the first of the list that the program can make is the one to be made.
        wanted = next((each.value for each in spec.subfilters if each.value in _PROFILES), None)
        if wanted is None:
            yield Text("a format that SignKit does not make (/SubFilter)", "SignKit では作れない署名形式 (/SubFilter)")
        elif wanted != SigSeedSubFilter(f"/{intention.request.profile.sub_filter}").value:
            profile = _PROFILES[wanted]
            yield Text(f"the format {wanted[1:]} (--profile {profile})", f"署名形式 {wanted[1:]} (--profile {profile})")
    if spec.flags & SigSeedValFlags.ADD_REV_INFO and spec.add_rev_info:
        yield Text(
            "revocation information inside the signature (/AddRevInfo), which SignKit does not write there",
            "署名内への失効情報の埋め込み (/AddRevInfo。SignKit は対応していません)",
        )
    if spec.timestamp_required and not intention.timestamped:
        yield Text("a timestamp (--level B-T or higher)", "タイムスタンプ (--level B-T 以上)")


def _unmet_by_statement(spec: SigSeedValueSpec, intention: Intention) -> Iterator[Text]:
    from pyhanko.sign.fields import SigSeedValFlags

    reasons, reason = tuple(spec.reasons or ()), intention.request.reason or None
    if spec.flags & SigSeedValFlags.REASONS:
        # Table 237, /Reasons: a single full stop means that no reason may be given.
        if reasons in ((), _NO_REASON):
            if reason is not None:
                yield Text("no reason (leave --reason out)", "理由を記さないこと (--reason を外してください)")
        elif reason not in reasons:
            listed = " | ".join(_printable(each) for each in reasons)
            yield Text(f"one of these reasons (--reason): {listed}", f"次のいずれかの理由 (--reason): {listed}")
    if spec.flags & SigSeedValFlags.LEGAL_ATTESTATION and spec.legal_attestations and intention.request.certify:
        yield Text(
            "a legal attestation, which SignKit does not write",
            "法的証明の記載 (LegalAttestation。SignKit は対応していません)",
        )
    if spec.flags & SigSeedValFlags.APPEARANCE_FILTER and spec.appearance is not None:
        named = _printable(spec.appearance)
        yield Text(
            f"the named appearance {named!r}, which SignKit does not have",
            f"名前付きの外観「{named}」(SignKit にはありません)",
        )


def _unmet_by_permission(spec: SigSeedValueSpec, intention: Intention) -> Iterator[Text]:
    from pyhanko.sign.fields import SeedLockDocument, SigSeedValFlags

    wanted = spec.seed_signature_type
    # Table 237, /MDP: 0 asks for an approval signature, 1 to 3 for a certification.
    if wanted is not None:
        if wanted.certification_signature() and not intention.request.certify:
            yield Text("a certification (--certify)", "証明署名 (--certify)")
        elif not wanted.certification_signature() and intention.request.certify:
            yield Text("no certification (--no-certify)", "証明署名ではない署名 (--no-certify)")
        elif wanted.mdp_perm is not None and wanted.mdp_perm.value != intention.permission:
            yield Text(
                f"a certification with permission {wanted.mdp_perm.value}, which the field's own lock contradicts",
                f"変更許可 {wanted.mdp_perm.value} の証明署名 (署名欄自身のロックと矛盾しています)",
            )
    if spec.flags & SigSeedValFlags.LOCK_DOCUMENT:
        # Table 237, /LockDocument (PDF 2.0).
        locks = intention.permission == 1
        if spec.lock_document is SeedLockDocument.LOCK and not locks:
            yield Text(
                "that the document is locked (/LockDocument), which SignKit does only where the field has that lock",
                "文書のロック (/LockDocument。署名欄にロックの指定がある場合にだけ行えます)",
            )
        if spec.lock_document is SeedLockDocument.DO_NOT_LOCK and locks:
            yield Text("that the document is not locked", "文書をロックしないこと")


def _unmet_by_key(spec: SigSeedValueSpec, key: KeyFacts, names: Any) -> Iterator[Text]:
    from pyhanko.sign.fields import SigSeedValFlags

    methods = spec.digest_methods
    if spec.flags & SigSeedValFlags.DIGEST_METHOD and methods and key.algorithm.digest.lower() not in methods:
        listed, own = ", ".join(_printable(each.upper()) for each in methods), key.algorithm.digest.upper()
        yield Text(
            f"one of these hashes: {listed} (this key signs {own})",
            f"次のいずれかのハッシュ: {listed} (この鍵は {own} で署名します)",
        )
    if spec.cert is not None:
        yield from _unmet_by_certificate(spec.cert, key, names)


def _unmet_by_certificate(wanted: SigCertConstraints, key: KeyFacts, names: Any) -> Iterator[Text]:
    from asn1crypto import x509
    from pyhanko.sign.fields import SigCertConstraintFlags as Flags

    from signkit.pki.distinguished_names import readable_name

    own, *chain = (x509.Certificate.load(der) for der in (key.certificate, *key.chain))
    if wanted.flags & Flags.UNSUPPORTED:
        yield Text(
            "a certificate policy, which SignKit does not check", "証明書ポリシーの指定 (SignKit は確認できません)"
        )
    if wanted.flags & Flags.SUBJECT and wanted.subjects and own.sha256 not in {each.sha256 for each in wanted.subjects}:
        yield Text("one of the certificates that it lists", "署名欄が列挙する証明書のいずれか")
    if wanted.flags & Flags.ISSUER and wanted.issuers and not _is_issued_by(own, chain, wanted.issuers):
        listed = " | ".join(_printable(readable_name(issuer.subject)) for issuer in wanted.issuers)
        yield Text(f"a certificate issued by: {listed}", f"次の認証局が発行した証明書: {listed}")
    # Table 238, /SubjectDN.
    if wanted.flags & Flags.SUBJECT_DN and len(names) and not any(_is_named(own, name) for name in names):
        listed = " | ".join(
            _printable(", ".join(f"{key[1:]}={value}" for key, value in name.items())) for name in names
        )
        yield Text(f"a certificate issued to: {listed}", f"次の名義の証明書: {listed}")
    if wanted.flags & Flags.KEY_USAGE and wanted.key_usage and not _has_usage(own, wanted):
        yield Text("a certificate with another key usage", "別の鍵用途の証明書")


def _is_issued_by(own: x509.Certificate, chain: list[x509.Certificate], issuers: list[x509.Certificate]) -> bool:
    """Whether one of ``issuers`` issued the certificate, directly or not; by signature, for names can be chosen."""
    from signkit.pki.chains import build_chain

    # By fingerprint: a CA of the same name is another one.
    wanted = {issuer.sha256 for issuer in issuers}
    return any(item.sha256 in wanted for item in build_chain(own, [*issuers, *chain])[1:])


def _is_named(own: x509.Certificate, name: Any) -> bool:
    """Whether the subject has every attribute of ``name`` (table 238 /SubjectDN: any one of several names will do)."""
    from asn1crypto import x509

    wanted = x509.Name.build({_ATTRIBUTES.get(key[1:].upper(), key[1:]): str(name[key]) for key in name})
    return _attributes(wanted) <= _attributes(own.subject)


def _attributes(name: x509.Name) -> set[tuple[str, str]]:
    from signkit.pki.distinguished_names import compare_new_characters_exactly

    compare_new_characters_exactly()
    return {(pair["type"].dotted, pair.prepped_value) for names in name.chosen for pair in names}


def _has_usage(own: x509.Certificate, wanted: SigCertConstraints) -> bool:
    """Whether the bits of the key usage are as one of the strings asks (table 238 /KeyUsage)."""
    extension = own.key_usage_value
    usage = set() if extension is None else extension.native
    return any(each.must_have_set() <= usage and not each.forbidden_set() & usage for each in wanted.key_usage or ())


def _printable(text: object) -> str:
    """Return a stranger's text, short and without what could steer a terminal."""
    plain = printable(str(text))
    return plain if len(plain) <= 100 else plain[:99] + "…"
