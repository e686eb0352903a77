"""Taking over a revocation list: its signature is checked once, then every answer comes from an index.

The order guards the work: the list's few parts are read, its issuer is found and the signature checked over the
memory-mapped file, and only then the entries are read one by one: an entry is never a stranger's.
"""

from __future__ import annotations

import binascii
import hashlib
import mmap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

from signkit.errors import CrlIndexDamaged, CrlUnreadable, InputUnreadable, TrustError, system_cause
from signkit.limits import size_in_words
from signkit.output import make_folder, write_checked
from signkit.pki.algorithms import SignatureInvalid, verify_signature
from signkit.pki.distinguished_names import labelled_name
from signkit.pki.revocation.crl_index import SERIAL_BYTES, CrlIndex, IndexHeader, write_index
from signkit.pki.revocation.crl_list import (
    ISSUING_POINT,
    REMOVE_FROM_CRL,
    Data,
    ListHead,
    ListMalformed,
    ListUnsupported,
    read_entries,
    read_head,
)
from signkit.pki.revocation.crl_records import SortedRecords
from signkit.pki.revocation.crl_scope import Scope, index_name, issuer_digests, list_scope
from signkit.words import Text

if TYPE_CHECKING:
    from asn1crypto import algos, x509

#: Larger files are refused; some 13 million entries.
MAX_LIST_BYTES = 500_000_000
#: A list up to this size is kept beside its index, so that it can go into a document as evidence.
#: A document that carries evidence must stay a document: of a larger list only the status is used.
MAX_KEPT_BYTES = 1_000_000

_CLOCK_SKEW = timedelta(minutes=5)
_BEGIN, _END = b"-----BEGIN X509 CRL-----", b"-----END X509 CRL-----"


@dataclass(frozen=True)
class ImportedList:
    """An index that was made, and where it is (one file a name of the distribution point)."""

    header: IndexHeader
    files: tuple[Path, ...]


def import_crl(path: Path, folder: Path, candidates: Iterable[x509.Certificate], now: datetime) -> ImportedList:
    """Check a revocation list (DER or PEM, complete or delta) and index it in ``folder``, which is made if needed.

    Args:
        path: the list.
        folder: where indexes are kept (`signkit.pki.revocation.indexed.index_folder`).
        candidates: certificates among which the issuer is looked for, by name and by signature.
        now: the moment of the import, for staleness.

    Raises:
        InputUnreadable: the file cannot be read.
        CrlUnreadable: it is no list, cut off, or larger than `MAX_LIST_BYTES`.
        TrustError("crl-not-usable"): it says something that is not understood, or must not be relied on.
        TrustError("crl-issuer-unknown", "crl-signature-invalid"): nobody among the candidates issued it.
        TrustError("crl-stale"): the next list is already due.
        TrustError("crl-older"): a newer one was imported already.
        TrustError("crl-delta-without-base"): the list that it adds to was not imported.
        CrlIndexDamaged: the index that a delta list adds to is altered.
        FileUnusable("output-not-written"): the index could not be written.
    """
    with _open_list(path) as data:
        try:
            return _import(path, data, folder, candidates, now)
        except ListUnsupported as error:
            raise TrustError("crl-not-usable", path=str(path), cause=error.cause) from error
        except ListMalformed as error:
            raise CrlUnreadable(str(path), error.cause) from error


def import_order(paths: Iterable[Path]) -> list[Path]:
    """Return ``paths`` with delta lists last, in the order of their numbers; unreadable files stay where they are."""
    return sorted(paths, key=_delta_number)


def _delta_number(path: Path) -> int:
    try:
        with _open_list(path) as data:
            head = read_head(data)
            return -1 if head.delta_base is None else head.number or 0
    except (ListMalformed, CrlUnreadable, InputUnreadable):
        return -1


def _import(
    path: Path, data: Data, folder: Path, candidates: Iterable[x509.Certificate], now: datetime
) -> ImportedList:
    head = read_head(data)
    issuer = _find_issuer(path, head, data, candidates)
    # Before the entries are read: a list of yesterday is refused without reading its millions.
    _check_dates(path, head, issuer, now)
    scope = list_scope(head.extensions.get(ISSUING_POINT), issuer.subject)
    key, name = issuer_digests(issuer)
    # One file for each name of the point: a lookup by the certificate's name needs no search.
    files = tuple(folder / index_name(key, name, scope.certificates, point) for point in scope.names or (None,))
    records, base_number = _take_over(path, files[0], head, scope, read_entries(data, head))
    # A delta list alone is no evidence (RFC 5280 5.2.4): only complete ones are kept.
    kept = None if head.delta_base is not None or len(data) > MAX_KEPT_BYTES else f"{files[0].stem}.crl"
    header = IndexHeader(
        issuer=labelled_name(issuer.subject),
        issuer_name_sha256=name,
        issuer_key_sha256=key,
        this_update=head.this_update,
        next_update=_next_update(head),
        number=head.number,
        base_number=base_number,
        names=scope.names,
        partition=scope.partition,
        certificates=scope.certificates,
        entries=len(records),
        crl_sha256=hashlib.sha256(data).hexdigest(),
        kept=kept,
    )
    small = bytes(data) if kept else None
    # Read once and to its end; else the system would keep the list and write the index out.
    _release(data)
    _write(folder, files, header, records, small)
    return ImportedList(header, files)


def _release(data: Data) -> None:
    """Let go of the pages of a mapped list, which was read to its end; those of its index come next."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)


def _write(
    folder: Path, files: Sequence[Path], header: IndexHeader, records: SortedRecords, kept: bytes | None
) -> None:
    make_folder(folder)
    if kept is not None and header.kept is not None:
        write_checked(folder / header.kept, kept, overwrite=True)
    for file in files:
        write_index(file, header, records)


@contextmanager
def _open_list(path: Path) -> Iterator[Data]:
    """Give the DER bytes of a list: mapped, or decoded from PEM."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size == 0:
                raise CrlUnreadable(str(path), Text("it is empty", "空です"))
            if size > MAX_LIST_BYTES:
                most = size_in_words(MAX_LIST_BYTES)
                raise CrlUnreadable(str(path), Text(f"it is larger than {most}", f"{most} を超えています"))
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputUnreadable(str(path), system_cause(error)) from error
    with mapped:
        # 0x30 is a SEQUENCE, and no PEM begins with a zero.
        yield mapped if mapped[:1] == b"\x30" else _from_pem(path, mapped)


def _from_pem(path: Path, data: mmap.mmap) -> bytes:
    start, stop = data.find(_BEGIN), data.find(_END)
    if not 0 <= start < stop:
        raise CrlUnreadable(str(path), Text("it is not a revocation list", "失効リストではありません"))
    # Two lists in one file: which one was meant, nobody knows.
    if data.find(_BEGIN, stop) >= 0:
        raise CrlUnreadable(str(path), Text("it holds several lists", "複数の失効リストが入っています"))
    try:
        return binascii.a2b_base64(data[start + len(_BEGIN) : stop])
    except binascii.Error as error:
        raise CrlUnreadable(str(path), Text("its PEM is malformed", "PEM の形式が正しくありません")) from error


# --- who issued it, and when ---------------------------------------------------------------------------------


def _find_issuer(path: Path, head: ListHead, data: Data, candidates: Iterable[x509.Certificate]) -> x509.Certificate:
    """Return the candidate that issued the list: found by name, decided by signature."""
    from asn1crypto import algos, x509

    try:
        # strict: bytes after the name would be signed and unseen.
        name = x509.Name.load(head.issuer, strict=True)
        mechanism = algos.SignedDigestAlgorithm.load(head.algorithm, strict=True)
        shown = labelled_name(name)
        _refuse_weak(path, mechanism)
        named = [item for item in candidates if item.subject == name]
    except (ValueError, TypeError, KeyError) as error:
        raise ListMalformed("its issuer or algorithm cannot be read", "発行者または署名方式を読めません") from error
    if not named:
        raise TrustError("crl-issuer-unknown", path=str(path), issuer=shown)
    issuer = next((item for item in named if _is_signed(item, mechanism, head, data)), None)
    if issuer is None:
        raise TrustError("crl-signature-invalid", path=str(path), issuer=shown)
    # RFC 5280 6.3.3 f: without keyUsage the key may sign lists; with it, cRLSign must be set.
    usage = issuer.key_usage_value
    if usage is not None and "crl_sign" not in usage.native:
        raise TrustError(
            "crl-not-usable",
            path=str(path),
            cause=Text("its issuer's key is not for signing lists", "発行者の鍵は失効リストの署名用ではありません"),
        )
    return issuer


def _is_signed(issuer: x509.Certificate, mechanism: algos.SignedDigestAlgorithm, head: ListHead, data: Data) -> bool:
    with memoryview(data) as whole, whole[slice(*head.signed)] as signed:
        try:
            # Any buffer is taken; a copy of the whole list is what the mapping saves.
            verify_signature(issuer, mechanism, "", head.signature, cast(bytes, signed))
        except SignatureInvalid:
            return False
    return True


def _refuse_weak(path: Path, mechanism: algos.SignedDigestAlgorithm) -> None:
    try:
        digest = str(mechanism.hash_algo)
    except ValueError:  # Ed25519 and Ed448 name none
        return
    # A collision would let a forged list lift a revocation; no authority signs lists so any more.
    if digest in ("md2", "md5", "sha1"):
        weak = digest.upper()
        raise TrustError(
            "crl-not-usable", path=str(path), cause=Text(f"it is signed with {weak}", f"{weak} で署名されています")
        )


def _check_dates(path: Path, head: ListHead, issuer: x509.Certificate, now: datetime) -> None:
    next_update = _next_update(head)
    # A list of the future was made by a wrong clock, or waits for its day.
    if head.this_update > now + _CLOCK_SKEW:
        raise TrustError(
            "crl-not-usable",
            path=str(path),
            cause=Text(
                f"it says that it was issued in the future, {_moment(head.this_update)}",
                f"発行日時 {_moment(head.this_update)} が未来です",
            ),
        )
    # RFC 5280 6.3.3 a: a list whose nextUpdate has passed must be replaced first.
    if next_update < now:
        raise TrustError(
            "crl-stale", path=str(path), this_update=_moment(head.this_update), next_update=_moment(next_update)
        )
    # After its end the issuer answers for nothing; with the old key anybody may.
    if now > issuer.not_valid_after:
        end = _moment(issuer.not_valid_after)
        raise TrustError(
            "crl-not-usable",
            path=str(path),
            cause=Text(
                f"its issuer's certificate ended at {end}", f"発行者の証明書の有効期間は {end} に終わっています"
            ),
        )


def _next_update(head: ListHead) -> datetime:
    # RFC 5280 5.1.2.5: conforming issuers always write nextUpdate; without it staleness cannot be told.
    if head.next_update is None:
        raise ListUnsupported("it does not say when the next one is due", "次回の発行日時が書かれていません")
    return head.next_update


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


# --- complete and delta lists --------------------------------------------------------------------------------


def _take_over(
    path: Path, index: Path, head: ListHead, scope: Scope, records: Iterator[bytes]
) -> tuple[SortedRecords, int | None]:
    """Return the records of the new index, and the complete list's number where a delta was added to it."""
    if head.delta_base is None:
        if index.exists():
            # RFC 5280 5.2.3: CRL numbers of one scope only grow, so that a smaller one is an older list.
            _refuse_older(path, index, head)
        return SortedRecords(records), None
    if not index.exists():
        raise TrustError("crl-delta-without-base", path=str(path), base=head.delta_base)
    with CrlIndex.open(index) as base:
        _check_base(path, base.header, head, scope)
        merged = _merge(base.records(), records)
        return merged, base.header.number if base.header.base_number is None else base.header.base_number


def _refuse_older(path: Path, index: Path, head: ListHead) -> None:
    """An older list in a newer one's place would let what was revoked since pass.

    A damaged index is no reason to refuse: importing anew is its repair.
    """
    try:
        with CrlIndex.open(index) as present:
            have = present.header
    except CrlIndexDamaged:
        return
    # RFC 5280 5.2.3: an authority's numbers only rise.
    older_number = head.number is not None and have.number is not None and head.number < have.number
    # thisUpdate and number, either of them: an attacker who holds back a new list offers an old one, which is signed as
    # well.
    if head.this_update < have.this_update or older_number:
        raise TrustError(
            "crl-older", path=str(path), this_update=_moment(head.this_update), imported=_moment(have.this_update)
        )


def _check_base(path: Path, base: IndexHeader, head: ListHead, scope: Scope) -> None:
    """RFC 5280 5.2.4: same scope; the base is at least the one named, and older than the delta."""
    if head.number is None:
        raise TrustError(
            "crl-not-usable",
            path=str(path),
            cause=Text("it is a delta list without a number", "番号のない差分 CRL です"),
        )
    # The distribution point's names and its kind are the scope (RFC 5280 5.2.5).
    if (base.names, base.certificates) != (scope.names, scope.certificates):
        raise TrustError("crl-delta-without-base", path=str(path), base=head.delta_base or 0)
    # BaseCRLNumber is the least number to which the delta may be added (RFC 5280 5.2.4).
    if base.number is None or base.number < (head.delta_base or 0):
        raise TrustError("crl-delta-without-base", path=str(path), base=head.delta_base or 0)
    if head.number <= base.number or head.this_update < base.this_update:
        raise TrustError(
            "crl-older", path=str(path), this_update=_moment(head.this_update), imported=_moment(base.this_update)
        )


def _merge(base: Iterable[bytes], delta: Iterable[bytes]) -> SortedRecords:
    """Return the base's records as the delta changes them."""
    changes: dict[bytes, bytes] = {}
    # Removals last: setdefault then keeps a revocation that stands in the same delta.
    for record in sorted(delta, key=lambda item: (item[-1] == REMOVE_FROM_CRL, item)):
        changes.setdefault(record[:SERIAL_BYTES], record)  # of two entries on one certificate the worse counts
    kept = (record for record in base if record[:SERIAL_BYTES] not in changes)
    return SortedRecords(chain(kept, (record for record in changes.values() if record[-1] != REMOVE_FROM_CRL)))
