"""Later revisions of encrypted files: what is not encrypted as 7.6.3.1 has it, readers decrypt in different ways."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from signkit.pdf.reading.encryption import CannotDecrypt, Decryption
from signkit.pdf.reading.syntax import parse_value
from tests.attacks import bases, hunt, shapes, syntax
from tests.attacks.bases import Base
from tests.attacks.crypt import Crypt, aes256, rc4
from tests.attacks.mutations.attack import MUTATIONS, Attack
from tests.attacks.mutations.secrets import Partly
from tests.attacks.writer import Written, random_of

TARGET = b"https://bank.example/pay?to=7000001&sum=100&keep=0123456789abcde"
LINK = b"<< /Type /Annot /Subtype /Link /Rect [100 50 180 70] /Border [0 0 0] /A << /S /URI /URI %s >> >>"
NUMBER, VECTOR = 30, bytes(16)


@dataclass(frozen=True)
class Padded(Crypt):
    """Pads what is a whole number of blocks as it is told."""

    padding: bytes = b"\x10" * 16

    def encrypt(self, number: int, plain: bytes, generation: int = 0) -> bytes:
        if plain != TARGET:
            return super().encrypt(number, plain, generation)
        encryptor = Cipher(algorithms.AES(self.key), modes.CBC(VECTOR)).encryptor()
        return VECTOR + encryptor.update(plain + self.padding) + encryptor.finalize()


@cache
def linked() -> Base:
    draft = shapes.draft("plain", "classic", "aes")
    page = syntax.with_entries(draft.objects[shapes.PAGE], {b"/Annots": b"[6 0 R 8 0 R 30 0 R]"})
    draft.objects |= {shapes.PAGE: page, NUMBER: LINK % (b"(" + TARGET + b")")}
    return bases.prepared(bases.stranger("plain", "classic", "approval", "aes"), draft)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("padding", "said"),
    [
        (b"\x10" * 16, hunt.PERMITTED),
        (b"", hunt.NOT_JUDGED),  # PDFium and poppler cut the last block off: another account is paid
        (b"x" * 15 + b"\x10", hunt.NOT_JUDGED),  # qpdf and pdf.js leave it where it is
    ],
)
def test_padding_that_readers_take_off_in_different_ways_is_not_judged(padding, said):
    """Beside evidence, where nothing is drawn, and in a string, of which nothing could be."""
    base = linked()
    revision, body, crypt = base.revision(), base.doc.body, base.crypt
    assert crypt is not None
    assert len(TARGET) % 16 == 0
    revision.crypt = Padded(crypt.key, crypt.dictionary, crypt.aes, padding)
    store = syntax.with_entries(body(base.doc.root), {b"/DSS": b"90 0 R"})
    revision.pieces += [
        Written(90, b"<< /Type /DSS /Certs [] >>"),
        Written(base.doc.root, store),
        Written(NUMBER, LINK % (b"(" + TARGET + b")")),
    ]
    report = hunt.product(revision.render())
    assert hunt.verdict(report) == said


@pytest.mark.parametrize("name", ["looks_that_some_decrypt", "secret_with_a_bare_line_end"])
def test_a_value_that_some_readers_decrypt_otherwise_is_not_judged(name):
    """/Type and /Crypt leave a stream as it is, for some; a bare CR is LF, for some: each makes two values of one."""
    base = bases.stranger("form", "classic", "approval", "rc4")
    for seed in range(6):
        attack = Attack(base, base.doc, base.revision(), random_of(seed))
        MUTATIONS[name].apply(attack)
        assert hunt.verdict(hunt.product(attack.result())) == hunt.NOT_JUDGED


@pytest.mark.parametrize(
    ("kind", "said"), [(b"/XObject", hunt.PERMITTED), (b"/Metadata", hunt.NOT_JUDGED), (b"/XRef", hunt.NOT_JUDGED)]
)
def test_looks_are_no_stream_that_its_type_leaves_unencrypted(kind, said):
    """Where metadata is not encrypted (table 21), looks that call themselves so viewers decrypt all the same."""
    draft = shapes.draft("form", "classic")
    draft.crypt = crypt = rc4(shapes.IDENTIFIER, metadata=False)
    base = Base("form/metadata", bases.signed(draft, "approval"), "approval", draft)
    revision, number = base.revision(), base.revision().size
    revision.crypt = Partly(crypt.key, crypt.dictionary, crypt.aes, frozenset({number} if kind != b"/XObject" else ()))
    looks = shapes.looks(80, 18, b"/Tx BMC " + shapes.words(b"100", size=9) + b" EMC")
    filled = {b"/V": b"(100)", b"/AP": b"<< /N %d 0 R >>" % number}
    revision.pieces += [
        Written(number, syntax.with_entries(looks, {b"/Type": kind})),
        Written(shapes.NAME, syntax.with_entries(base.doc.body(shapes.NAME), filled)),
    ]
    assert hunt.verdict(hunt.product(revision.render())) == said


# --- whole files that readers decrypt in different ways ------------------------------------------------------

KEPT = b"/StmF /StdCF /StrF /StdCF"
#: What is changed in an encryption dictionary of /V 4 (RC4) or /V 5, and who then shows another document.
SPLIT = {
    "no cipher": (4, b"/CFM /V2", b"/CFM /None"),  # PDFium decrypts
    "the cipher of /V 5": (4, b"/CFM /V2", b"/CFM /AESV3"),  # PDFium and poppler each take another key
    "a definition of Identity": (4, KEPT + b" /CF <<", b"/StmF /Identity /StrF /Identity /CF << /Identity 20 0 R"),
    "streams alone": (4, KEPT, b"/StmF /StdCF /StrF /Identity"),  # poppler decrypts nothing
    "strings alone": (4, KEPT, b"/StrF /StdCF"),
    "two ciphers": (4, KEPT + b" /CF <<", b"/StmF /StdCF /StrF /Other /CF << /Other << /CFM /AESV2 >>"),
    "the AES of /V 4": (5, b"/CFM /AESV3", b"/CFM /AESV2"),  # PDFium takes the file's key, others one of the object
    "RC4 with 256 bits": (5, b"/CFM /AESV3", b"/CFM /V2"),
    "half a key": (5, b"/Length 256", b"/Length 128"),  # PDFium
    "half a key, in the filter": (5, b"/Length 32", b"/Length 16"),  # poppler
    "a list of ciphers": (5, b"/CFM /AESV3", b"/CFM [/AESV3]"),
    "a list of filters": (5, KEPT, b"/StmF [/StdCF] /StrF [/StdCF]"),
}
LIKE = {
    "bits": (5, b"/Length 32", b"/Length 256"),
    "no length": (5, b"/Length 256", b""),
    "nothing is encrypted": (5, KEPT, b""),
    "attachments": (5, KEPT, KEPT + b" /EFF /Identity"),
}


def _opened(version: int, old: bytes, new: bytes) -> Decryption:
    said = (rc4(shapes.IDENTIFIER, metadata=False) if version == 4 else aes256()).dictionary
    assert old in said
    settings, _ = parse_value(said.replace(old, new, 1), 0, 100)
    return Decryption.open(settings, shapes.IDENTIFIER, None)


@pytest.mark.parametrize("how", SPLIT)
def test_what_readers_decrypt_in_different_ways_is_not_opened(how):
    with pytest.raises(CannotDecrypt) as refused:
        _opened(*SPLIT[how])
    assert refused.value.code == "encryption-unknown"


@pytest.mark.parametrize("how", LIKE)
def test_what_all_readers_decrypt_alike_is_opened(how):
    assert _opened(*LIKE[how]).method == ("none" if how == "nothing is encrypted" else "aes256")


@pytest.mark.parametrize("revision", [5, 6])
def test_a_file_of_two_keys_is_two_documents_and_is_not_opened(revision):
    """PDFium and pdf.js take the user's key, mupdf, poppler and qpdf the owner's: each shows its own page."""
    draft = shapes.draft("plain", "classic")
    draft.crypt = aes256(revision, owners=b"another key of this file 32 byte")
    report = hunt.product(bases.signed(draft, "approval"))
    assert report.error is not None
    assert report.error.code == "malformed"
    draft.crypt = aes256(revision)
    assert hunt.product(bases.signed(draft, "approval")).signatures
