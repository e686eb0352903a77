"""Containers: what is signed in them, and what somebody would slip in."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import pytest

from signkit.cms.asic import MANIFEST, SIGNATURE, DataObject, check_asic, make_manifest, write_asic
from signkit.cms.container import Parts
from signkit.cms.content import BytesPieces, Content
from signkit.errors import InputUnreadable
from signkit.rehearsal.evidence_services import utc_now
from signkit.signers.p12 import Pkcs12Signer
from signkit.signers.software import SoftwareKey
from signkit.signing.cades import sign_content
from signkit.signing.cms import Statement
from signkit.signing.levels import Level, Services
from signkit.validation.asic_file import list_asic, validate_asic, validate_asic_stream
from signkit.validation.options import ValidationOptions
from signkit.validation.report import Report, Verdict
from tests import witness
from tests.refusals import refused_as
from tests.validation import pki

FILES = {"契約書.txt": b"The contract.\n" * 50, "図面　1.bin": bytes(range(256)) * 40}


@dataclass(frozen=True)
class Made:
    """A container with what it was made of."""

    attachments: list[DataObject]
    manifest: bytes
    signature: Parts
    data: bytes
    options: ValidationOptions

    def judge(self, data: bytes) -> Report:
        return validate_asic_stream(BytesIO(data), name="x.asice", options=self.options)


@pytest.fixture(scope="module")
def made() -> Made:
    now = utc_now()
    ca = pki.authority(start=now - pki.YEAR, end=now + pki.YEAR)
    of = pki.issue(ca, start=now - pki.YEAR, end=now + pki.YEAR)
    signer = Pkcs12Signer(SoftwareKey.of(of.key, "test"), of.der, ())
    attachments = [DataObject(name, Content(BytesPieces(data))) for name, data in FILES.items()]
    manifest = make_manifest(attachments)
    said = Statement(now, "text/xml")
    parts = sign_content(Content(BytesPieces(manifest)), signer, Level.B_B, Services(), said).parts
    stream = BytesIO()
    write_asic(stream, attachments, manifest, parts, now)
    options = ValidationOptions(trust=pki.trust(ca), offline=True)
    return Made(attachments, manifest, parts, stream.getvalue(), options)


def rebuilt(made: Made, *, changes: dict[str, bytes | None] | None = None, extra=(), first: str = "mimetype") -> bytes:
    """The same container with members changed, left out (None) or added."""
    with zipfile.ZipFile(BytesIO(made.data)) as archive:
        members = [(item.filename, archive.read(item)) for item in archive.infolist()]
    members = [(name, (changes or {}).get(name, data)) for name, data in members]
    members = [(name, data) for name, data in members if data is not None] + list(extra)
    members.sort(key=lambda item: item[0] != first)
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name) if isinstance(name, str) else name
            info.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return stream.getvalue()


def codes(report: Report) -> list[str]:
    return [item.code for item in report.reasons] + [r.code for s in report.signatures for r in s.reasons]


def refused(made: Made, data: bytes, words: str) -> None:
    report = made.judge(data)
    assert report.verdict is Verdict.UNREADABLE
    assert report.error is not None
    assert words in report.error.message.en


def test_a_container_passes_and_covers_every_file(made):
    report = made.judge(made.data)
    assert (report.kind, report.verdict) == ("asic", Verdict.PASSED), codes(report)
    [signature] = report.signatures
    assert (signature.coverage, signature.level) == ("whole-file", "CAdES-B-B")


def test_mimetype_stands_first_and_uncompressed_where_file_type_tools_look(made):
    assert made.data[30:38] == b"mimetype"
    assert made.data[38:69] == b"application/vnd.etsi.asic-e+zip"


@pytest.mark.slow
def test_other_programs_open_it_and_openssl_accepts_the_signature(made, tmp_path):
    (tmp_path / "x.asice").write_bytes(made.data)
    answer = witness.run("python3", "-m", "zipfile", "-t", tmp_path / "x.asice")
    assert answer.returncode == 0
    with zipfile.ZipFile(tmp_path / "x.asice") as archive:
        (tmp_path / "s.p7s").write_bytes(archive.read(SIGNATURE))
        (tmp_path / "m.xml").write_bytes(archive.read(MANIFEST))
    checked = witness.run(
        "openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", tmp_path / "s.p7s",
        "-content", tmp_path / "m.xml", "-out", tmp_path / "seen",
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


def test_listing_tells_which_manifest_names_a_file(made, tmp_path):
    path = tmp_path / "x.asice"
    path.write_bytes(rebuilt(made, extra=[("unsigned.txt", b"x")]))
    listed = {item.name: item.manifests for item in list_asic(path)}
    assert listed == {"契約書.txt": (MANIFEST,), "図面　1.bin": (MANIFEST,), "unsigned.txt": ()}


def test_listing_what_is_no_container_is_refused(tmp_path):
    (tmp_path / "x.asice").write_bytes(b"no zip")
    with pytest.raises(InputUnreadable):
        list_asic(tmp_path / "x.asice")


# --- attacks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "extra.pdf", "META-INF/contract.pdf", "meta-inf/x.p7s", "META-INF/sub/signature.p7s",
        "META-INF/contract-manifest.xml", "META-INF/evidence.xml",
    ],
)  # fmt: skip
def test_a_file_that_nobody_signed_is_named_and_the_container_does_not_pass(made, name):
    report = made.judge(rebuilt(made, extra=[(name, b"x")]))
    assert report.verdict is Verdict.INDETERMINATE
    assert name in report.reasons[0].text.en
    assert report.signatures[0].coverage == "partial"
    assert report.signatures[0].verdict is Verdict.PASSED


def test_a_changed_file_fails(made):
    report = made.judge(rebuilt(made, changes={"契約書.txt": b"Another contract.\n"}))
    [signature] = report.signatures
    assert (report.verdict, signature.sub_indication, signature.intact) == (Verdict.FAILED, "HASH_FAILURE", False)
    assert "契約書.txt" in signature.reasons[0].text.en


def test_a_changed_manifest_fails(made):
    manifest = made.manifest.replace(b'MimeType="text/plain"', b'MimeType="text/html"')
    report = made.judge(rebuilt(made, changes={MANIFEST: manifest}))
    assert (report.verdict, report.signatures[0].sub_indication) == (Verdict.FAILED, "HASH_FAILURE")


def test_a_missing_file_does_not_pass(made):
    report = made.judge(rebuilt(made, changes={"図面　1.bin": None}))
    assert (report.verdict, report.signatures[0].sub_indication) == (Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")
    assert "asic-missing" in codes(report)


def test_a_missing_manifest_does_not_pass(made):
    report = made.judge(rebuilt(made, changes={MANIFEST: None}))
    assert report.verdict is Verdict.INDETERMINATE
    assert "asic-manifest" in codes(report)


def test_a_second_manifest_for_the_same_signature_does_not_pass(made):
    """Which of the two was signed must not be a matter of taste."""
    second = made.manifest.replace("図面".encode(), b"x")
    report = made.judge(rebuilt(made, extra=[("META-INF/ASiCManifest000.xml", second)]))
    assert report.verdict is not Verdict.PASSED


def test_a_container_without_signature_is_not_signed(made):
    assert made.judge(rebuilt(made, changes={SIGNATURE: None})).verdict is Verdict.NOT_SIGNED


def test_two_members_of_one_name_are_refused(made):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = rebuilt(made, extra=[("契約書.txt", b"Another contract.\n")])
    refused(made, data, "two members are called")


@pytest.mark.parametrize("name", ["A.TXT", "ａ.txt"], ids=["case", "full width"])
def test_names_that_differ_only_for_some_file_systems_are_refused(made, name):
    refused(made, rebuilt(made, extra=[("a.txt", b"x"), (name, b"y")]), "two members are called")


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/passwd", "a/../../b", "c:\\x", "a\\b", "a//b", "a\x1bb"])
def test_names_that_lead_outside_are_refused(made, name):
    refused(made, rebuilt(made, extra=[(name, b"x")]), "a member is called")


def test_a_link_is_refused(made):
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    refused(made, rebuilt(made, extra=[(link, b"/etc/passwd")]), "is a link")


def test_a_member_that_the_directory_does_not_list_is_refused(made):
    """Programs that read from the front would see it, those that read the directory would not."""
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("契約書.txt", b"Another contract.\n")
    hidden = other.getvalue()[: zipfile.ZipFile(other).start_dir]
    refused(made, hidden + made.data, "overlap, or something stands between")


def test_mimetype_must_be_first(made):
    refused(made, rebuilt(made, first=MANIFEST), "no mimetype at its beginning")


def test_another_mimetype_is_refused(made):
    refused(made, rebuilt(made, changes={"mimetype": b"application/zip"}), "not that of ASiC-E")


@pytest.mark.slow
def test_a_bomb_is_stopped(made):
    changes = {"図面　1.bin": bytes(64 * 1024 * 1024)}
    report = made.judge(rebuilt(made, changes=changes))
    assert report.error is not None
    assert report.error.code == "limit"


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', "document type"),
        (b"<a/>", "another kind"),
        (b"<a>" * 10_000, "another kind"),
        (b"\xff\xfe", "no element"),
        (b"not XML", "syntax error"),
    ],
    ids=["entities", "other root", "deep", "empty", "text"],
)
def test_a_manifest_that_is_none_is_refused(made, manifest, words):
    refused(made, rebuilt(made, changes={MANIFEST: manifest}), words)


def test_a_manifest_that_names_a_file_twice_is_refused(made):
    start = made.manifest.index(b"  <asic:DataObjectReference")
    end = made.manifest.index(b"</asic:DataObjectReference>") + len(b"</asic:DataObjectReference>")
    twice = made.manifest[:end] + made.manifest[start:end] + made.manifest[end:]
    refused(made, rebuilt(made, changes={MANIFEST: twice}), "names a file twice")


@pytest.mark.parametrize("names", [(), ("a.txt", "A.txt"), ("mimetype",), ("META-INF",), ("a\\b",), ("a\u202eb",)])
def test_files_that_cannot_share_a_container_are_refused_before_signing(names):
    with refused_as("container-not-made"):
        make_manifest([DataObject(name, Content(BytesPieces(b"x"))) for name in names])


def test_a_file_that_changed_while_it_was_signed_is_caught(made):
    other = [DataObject(item.name, Content(BytesPieces(b"changed"))) for item in made.attachments]
    with refused_as("self-check-failed", match="changed while"):
        check_asic(BytesIO(made.data), other, made.manifest, made.signature)


def test_every_truncation_is_unreadable(made, tmp_path):
    path: Path = tmp_path / "x.asice"
    for size in range(1, len(made.data), 211):
        path.write_bytes(made.data[:size])
        assert validate_asic(path, made.options).verdict is Verdict.UNREADABLE


# --- one reading ---------------------------------------------------------------------------------------------


def read_by_directory(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}


def read_from_the_front(data: bytes) -> dict[str, bytes]:
    """What programs see that never look at the directory (Java's ZipInputStream, tools that read from a pipe)."""
    found, position = {}, 0
    while data[position : position + 4] == b"PK\x03\x04":
        _, _, flags, method, _, _, _, packed, _, name, extra = struct.unpack_from("<4s5H3I2H", data, position)
        start = position + 30 + name + extra
        called = data[position + 30 : position + 30 + name].decode("utf-8" if flags & 0x800 else "cp437")
        if method == zipfile.ZIP_DEFLATED:
            state = zlib.decompressobj(-15)
            found[called] = state.decompress(data[start:])
            position = len(data) - len(state.unused_data) if flags & 8 else start + packed
        else:
            found[called], position = data[start : start + packed], start + packed
        if flags & 8:
            position += 16 if data[position : position + 4] == b"PK\x07\x08" else 12
    return found


@dataclass(frozen=True)
class Laid:
    """A member as it is written, each half of the ZIP by an argument."""

    name: str
    data: bytes
    front_name: str | None = None
    front_method: int | None = None
    front_sizes: tuple[int, int] | None = None
    behind: bytes = b""
    described: bool = False
    folder_of: bytes | None = None


def lay(members: list[Laid], *, behind_directory=b"", comment=b"", behind_end=b"", count: int | None = None) -> bytes:
    out, directory = b"", b""
    for member in members:
        stored = member.name == "mimetype" or member.folder_of is not None
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = member.data if stored else packer.compress(member.data) + packer.flush()
        body = (packed if member.folder_of is None else member.folder_of) + member.behind
        flags, method = 0x808 if member.described else 0x800, 0 if stored else 8
        sizes = member.front_sizes or ((0, 0) if member.described else (len(body), len(member.data)))
        crc, offset, name = zlib.crc32(member.data), len(out), (member.front_name or member.name).encode()
        front_crc = 0 if member.described else crc
        front = 8 if member.front_method is None and not stored else member.front_method or 0
        out += struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, flags, front, 0, 33, front_crc, *sizes, len(name), 0)
        out += name + body
        if member.described:
            out += struct.pack("<4s3I", b"PK\x07\x08", crc, len(body), len(member.data))
        name = member.name.encode()
        directory += struct.pack(
            "<4s6H3I5H2I", b"PK\x01\x02", 20, 20, flags, method, 0, 33, crc, len(body), len(member.data), len(name),
            0, 0, 0, 0, 0, offset,
        ) + name  # fmt: skip
    number = len(members) if count is None else count
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(directory), len(out), len(comment))
    return out + directory + behind_directory + end + comment + behind_end


@pytest.fixture(scope="module")
def laid(made) -> list[Laid]:
    return [Laid(name, data) for name, data in read_by_directory(made.data).items()]


HIDDEN = lay([Laid("mimetype", b"EVIL", front_name="evil.pdf")])[: 30 + 8 + 4]


def with_one(laid: list[Laid], **changes) -> list[Laid]:
    return [replace(item, **changes) if item.name == "契約書.txt" else item for item in laid]


def descriptor_of(item: Laid) -> bytes:
    packed = zlib.compress(item.data, 6)[2:-4]
    return struct.pack("<4s3I", b"PK\x07\x08", zlib.crc32(item.data), len(packed), len(item.data))


FOLDER = Laid("x/", b"", folder_of=b"EVIL", front_name="evil.pdf", front_sizes=(4, 4), front_method=0)
TWO_READINGS = {
    "a folder that is a file from the front": lambda laid: lay([*laid, FOLDER]),
    "a folder with data": lambda laid: lay([*laid, Laid("x/", b"", folder_of=HIDDEN)]),
    "another name from the front": lambda laid: lay(with_one(laid, front_name="契約署.txt")),
    "stored from the front": lambda laid: lay(with_one(laid, front_method=0)),
    "shorter from the front": lambda laid: lay(with_one(laid, front_sizes=(20, 700), behind=HIDDEN)),
    "a member behind compressed data": lambda laid: lay(
        with_one(laid, described=True, behind=descriptor_of(next(i for i in laid if i.name == "契約書.txt")) + HIDDEN)
    ),
    "something behind compressed data": lambda laid: lay(with_one(laid, behind=HIDDEN)),
    "something behind the directory": lambda laid: lay(laid, behind_directory=HIDDEN),
    "something behind the end": lambda laid: lay(laid, behind_end=b"x"),
    "an end in the comment": lambda laid: lay(laid, comment=b"PK\x05\x06" + bytes(18)),
    "a container in the comment": lambda laid: lay(laid, comment=lay([Laid("mimetype", b"x")])),
    "an end that counts fewer members": lambda laid: lay(laid, count=2),
    "a comment that is cut off": lambda laid: lay(laid, comment=b"xx")[:-1],
}


@pytest.mark.parametrize("kind", TWO_READINGS)
def test_a_container_that_other_programs_read_differently_is_unreadable(made, laid, kind):
    assert made.judge(lay(laid)).verdict is Verdict.PASSED
    assert made.judge(TWO_READINGS[kind](laid)).verdict is Verdict.UNREADABLE


def test_containers_of_other_writers_pass(made, laid):
    """With sizes behind the data, with ZIP64 records and fields, with a comment, with folders."""
    described = [replace(item, described=item.name != "mimetype") for item in laid]
    large = BytesIO()
    with zipfile.ZipFile(large, "w") as archive:
        for item in laid:
            with archive.open(zipfile.ZipInfo(item.name), "w", force_zip64=item.name != "mimetype") as member:
                member.write(item.data)
        archive.mkdir("leaf")
    for data in (lay(described), large.getvalue(), lay(laid, comment=b"Sent by post.")):
        assert made.judge(data).verdict is Verdict.PASSED, codes(made.judge(data))


OWN_NAMES = (
    "timestamp.tst", "evidencerecord.ers", "evidencerecord.xml", "manifest.xml", "ASiCArchiveManifest.xml",
    "asic-manifest.xml",
)  # fmt: skip


def listed(data: bytes, name: str, kind: str, place: int, value: int) -> bytes:
    """The same with a number in the directory's entry of ``name``, at its place (APPNOTE 4.3.12)."""
    called = name.encode()
    at = next(
        start
        for start in range(data.index(b"PK\x01\x02"), len(data))
        if data[start : start + 4] == b"PK\x01\x02" and data[start + 46 : start + 46 + len(called)] == called
    )
    changed = bytearray(data)
    struct.pack_into(kind, changed, at + place, value)
    return bytes(changed)


@pytest.mark.parametrize(
    ("kind", "place", "value"),
    [
        pytest.param("<I", 38, 0o010644 << 16, id="a pipe"),
        pytest.param("<I", 38, 0o020644 << 16, id="a device"),
        pytest.param("<I", 38, 0o040755 << 16, id="a folder"),
        pytest.param("<I", 38, 0x10, id="a folder of MS-DOS"),
        pytest.param("<I", 38, 0x08, id="a label, which unzip leaves out"),
        pytest.param("<H", 34, 1, id="another disk, for which 7z writes nothing"),
        pytest.param("<H", 6, 99, id="a version that does not exist"),
    ],
)
def test_a_member_that_is_no_file_to_some_programs_is_unreadable(made, laid, kind, place, value):
    report = made.judge(listed(lay(laid), "契約書.txt", kind, place, value))
    assert report.verdict is Verdict.UNREADABLE
    assert report.error.code == "malformed"


def with_zip64(laid: list[Laid], field: bytes, header: tuple[int, int]) -> bytes:
    """The first file's local header with a ZIP64 field beside these sizes (packed, full)."""
    data, name = lay(laid), "契約書.txt".encode()
    at = data.index(name) - 30
    head = bytearray(data[at : at + 30])
    struct.pack_into("<2I", head, 18, *header)
    struct.pack_into("<H", head, 28, len(field))
    longer = data[:at] + bytes(head) + name + field + data[at + 30 + len(name) :]
    start, count = longer.index(b"PK\x01\x02"), len(laid)
    moved = bytearray(longer)
    position = start
    for _ in range(count):
        offset = struct.unpack_from("<I", moved, position + 42)[0]
        struct.pack_into("<I", moved, position + 42, offset + (len(field) if offset > at else 0))
        position += 46 + sum(struct.unpack_from("<3H", moved, position + 28))
    struct.pack_into("<I", moved, position + 16, start)
    return bytes(moved)


def test_sizes_beside_the_sizes_say_the_same_once(made, laid):
    """Java's stream heeds the field unasked, bsdtar and 7-Zip take its first for what the header leaves to it."""
    item = next(each for each in laid if each.name == "契約書.txt")
    packed, full = len(zlib.compress(item.data, 6)) - 6, len(item.data)
    right, wrong = (struct.pack("<2H2Q", 1, 16, *sizes) for sizes in ((full, packed), (5, 5)))
    short = struct.pack("<2HQ", 1, 8, packed)
    all_ones = 0xFFFFFFFF
    for field, header, verdict in (
        (right, (all_ones, all_ones), Verdict.PASSED),
        (right, (packed, full), Verdict.PASSED),
        (wrong, (packed, full), Verdict.UNREADABLE),
        (right + wrong, (all_ones, all_ones), Verdict.UNREADABLE),
        (right, (all_ones, full), Verdict.UNREADABLE),
        (short, (all_ones, full), Verdict.UNREADABLE),
    ):
        report = made.judge(with_zip64(laid, field, header))
        assert report.verdict is verdict, (field.hex(), header, report.error)


@pytest.mark.parametrize("name", OWN_NAMES)
def test_what_is_not_what_its_name_says_is_a_file_that_nobody_signed(made, name):
    for folder, data in (("META-INF", b"another contract"), ("META-INF", b"<x>y</x>"), ("meta-inf", b"<x/>")):
        report = made.judge(rebuilt(made, extra=[(f"{folder}/{name}", data)]))
        assert report.verdict in (Verdict.INDETERMINATE, Verdict.UNREADABLE), (folder, data)


def test_a_packages_own_manifest_and_a_token_may_be_there(made, world):
    token = pki.timestamp_token(b"x", world.tsa)
    package = b'<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    report = made.judge(rebuilt(made, extra=[("META-INF/timestamp.tst", token), ("META-INF/manifest.xml", package)]))
    assert report.verdict is Verdict.PASSED, codes(report)


@pytest.mark.slow
def test_whatever_byte_of_the_headers_is_changed_all_programs_read_the_same_or_it_does_not_pass(made, laid):
    data = lay([replace(item, described=item.name == "図面　1.bin") for item in laid])
    wanted = read_by_directory(data)
    bodies = [zlib.compress(item.data, 6)[2:-4] for item in laid if item.name != "mimetype"]
    skipped = {place for body in bodies for place in range(data.index(body), data.index(body) + len(body))}
    for place in sorted(set(range(len(data))) - skipped):
        for bit in (0, 3, 6):
            other = data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]
            if made.judge(other).verdict is Verdict.PASSED:
                assert read_by_directory(other) == read_from_the_front(other) == wanted, (place, bit)


def test_a_timestamp_in_a_signatures_place_says_nothing_good_of_other_files(made):
    now = utc_now()
    ca = pki.authority(start=now - pki.YEAR, end=now + pki.YEAR)
    tsa = pki.timestamp_authority(ca, start=now - pki.YEAR, end=now + pki.YEAR)
    token = pki.timestamp_token(made.manifest, tsa, time=now)
    made = replace(made, options=ValidationOptions(trust=pki.trust(ca), offline=True))
    assert made.judge(rebuilt(made, changes={SIGNATURE: token})).verdict is Verdict.PASSED
    changed = made.judge(rebuilt(made, changes={SIGNATURE: token, "契約書.txt": b"Another contract.\n"}))
    assert (changed.verdict, changed.document_timestamps[0].verdict) == (Verdict.FAILED, Verdict.FAILED)
    missing = made.judge(rebuilt(made, changes={SIGNATURE: token, "契約書.txt": None}))
    assert missing.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("name", ["META-INF/signatures001.xml", "META-INF/SIGNATURE2.P7S", "META-INF/signature.XML"])
def test_a_signature_that_is_not_judged_is_named_and_the_container_does_not_pass(made, name):
    report = made.judge(rebuilt(made, extra=[(name, b"<x/>")]))
    assert (report.verdict, codes(report)) == (Verdict.INDETERMINATE, ["asic-unjudged"])
    assert name in report.reasons[0].text.en
