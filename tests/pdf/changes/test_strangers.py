"""What other people's programs write beside what they do, and the changes that look alike."""

from __future__ import annotations

import pytest

from signkit.pdf.changes.colour_profiles import is_srgb
from signkit.pdf.reading.encryption import Decryption
from signkit.pdf.reading.syntax import Ref
from tests.attacks.strangers import srgb
from tests.pdf.changes.samples import CATALOG, PAGE, signed
from tests.pdf.changes.test_shown_values import TEXT
from tests.validation import pdfs

SIGNED = {
    pdfs.SELLER: pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V 20 0 R >>",
    pdfs.SIGNATURE: pdfs.signature_dictionary(),
}

#: A widget that no field holds.
STRAY = b"<< /Type /Annot /Subtype /Widget /FT /Tx /V (9) /DA (/%s 9 Tf 0 g) /F 4 /Rect [20 80 90 99]%s >>"
LOOKS = b" /AP << /N 41 0 R >>"


def judged(world, base, changed, **how):
    return world.judge(pdfs.update(base, changed, **how)).signatures[0].changes_permitted


@pytest.mark.parametrize(
    ("entry", "allowed"), [(b" /Private (a word)", True), (b" /Private /Word", True), (b" /Private [3 0 R]", False)]
)
def test_a_private_entry_of_the_trailer_is_a_word_and_leads_nowhere(world, entry, allowed):
    base = signed(world)
    assert judged(world, base, {}, trailer=entry) is allowed
    assert judged(world, pdfs.update(base, {}, trailer=entry), {}) is allowed  # and it is left out again


@pytest.mark.parametrize(
    ("title", "allowed"),
    [
        (b"<FEFF004C006F0061006E>", True),
        (b"(Loan)", True),
        (b"<FEFF004C006F0061006F>", False),
        (b"<FFFE4C006F0061006E00>", False),
    ],
)
def test_a_title_in_another_encoding_is_the_same_title(world, title, allowed):
    said = b" /Info 40 0 R"
    base = world.sign(pdfs.build({**pdfs.OBJECTS, 40: b"<< /Title (Loan) >>"}, trailer=said), trailer=said)
    report = world.only(pdfs.update(base, {40: b"<< /Title " + title + b" >>"}, trailer=said))
    assert ("changes-told" not in [reason.code for reason in report.reasons]) is allowed


@pytest.mark.parametrize(("named", "judgement"), [(b" /Info 40 1 R", True), (b" /Info 40 0 R", None)])
def test_the_trailer_names_the_next_generation_too(world, named, judgement):
    """Poppler finds no title by the former one, and searches the file."""
    said, title = b" /Info 40 0 R", b"<< /Title (Loan) >>"
    base = world.sign(pdfs.build({**pdfs.OBJECTS, 40: title}, trailer=said), trailer=said)
    again = pdfs.update(base, {40: title}, trailer=named).removeprefix(base)
    again = again.replace(b"40 0 obj", b"40 1 obj").replace(b" 00000 n", b" 00001 n")
    assert world.only(base + again).changes_permitted is judgement


@pytest.mark.parametrize(
    ("fonts", "allowed"),
    [
        (b"/Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", True),
        (b"/Helv << /Type /Font /Subtype /Type1 /BaseFont /Symbol >>", False),
        (b"/Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /FontDescriptor 3 0 R >>", False),
    ],
)
def test_a_font_that_fields_ask_for_and_every_viewer_has_may_be_entered(world, fonts, allowed):
    empty = TEXT % b""
    base = signed(world, {pdfs.TEXT_FIELD: empty})
    form = pdfs.OBJECTS[pdfs.FORM][:-2] + b" /DR << /Font << %s >> >> >>" % fonts
    assert judged(world, base, {pdfs.FORM: form}) is allowed


def test_a_font_that_nothing_asks_for_may_be_entered_and_no_other(world):
    base = signed(world)
    added = PAGE.replace(b"/F1 ", b"/Unasked << /Type /Font /Subtype /Type1 /BaseFont /Courier >> /F1 ")
    assert judged(world, base, {pdfs.PAGE: added}) is True
    asking = {pdfs.CONTENT: b"<< /Length 28 >>\nstream\nBT /#55nasked 9 Tf (a) Tj ET\nendstream"}
    assert judged(world, signed(world, asking), {pdfs.PAGE: added}) is False
    cut = {
        40: b"<< /Length 10 >>\nstream\nBT /Unaske\nendstream",
        41: b"<< /Length 15 >>\nstream\nd 9 Tf (a) Tj E\nendstream",
    }
    page = {pdfs.PAGE: PAGE.replace(b"/Contents 4 0 R", b"/Contents [40 0 R 41 0 R]")}
    later = added.replace(b"/Contents 4 0 R", b"/Contents [40 0 R 41 0 R]")
    assert judged(world, signed(world, cut | page), {pdfs.PAGE: later}) is False  # poppler reads the two as one


@pytest.mark.parametrize(
    ("asked", "name", "kind"),
    [
        (b"/Unaske#64", b"/Unasked", b""),
        (b"/Unaske#5", b"/UnaskeP", b""),  # to poppler # and one digit, and the space, are a letter
        (b"/#4Qnasked", b"/Znasked", b""),  # to some Q is the 26th digit
        (b"/Unasked", b"/Unasked", b" /Type /XML"),
        (b"/Unasked", b"/Unasked", b" /Subtype /Image"),
    ],
)
def test_a_name_is_asked_for_in_whatever_spelling_and_kind_of_stream(world, asked, name, kind):
    text = asked + b"  Do BT /F1 9 Tf (Pay 100 yen) Tj ET"
    base = signed(world, {pdfs.CONTENT: b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(text), kind, text)})
    added = PAGE.replace(b"/F1 ", name + b" << /Type /Font /Subtype /Type1 /BaseFont /Courier >> /F1 ")
    assert judged(world, base, {pdfs.PAGE: added}) is False


@pytest.mark.parametrize(
    ("signed_as", "now", "allowed"),
    [
        (b"[0 0 595.2755906 841.8897638]", b"[0 0 595.2756 841.8898]", True),
        (b"[0 0 595.2755906 841.8897638]", b"[0 0 595.3 841.8898]", False),
        (b"[1000000000 0 1000000300 200]", b"[1000000031 0 1000000331 200]", False),  # poppler reads doubles
        (b"[14000 0 14000.01 0.01]", b"[14000.005 0 14000.015 0.01]", False),
    ],
)
def test_a_page_may_be_rounded_by_its_own_size(world, signed_as, now, allowed):
    base = signed(world, {pdfs.PAGE: PAGE.replace(b"[0 0 300 200]", signed_as)})
    assert judged(world, base, {pdfs.PAGE: PAGE.replace(b"[0 0 300 200]", now)}) is allowed


@pytest.mark.parametrize(
    ("matrix", "box", "allowed"),
    [
        (b"1.0", b"300", True),
        (b"1.00000005", b"300", False),
        (b"1", b"300.00003", False),
    ],
)
def test_nothing_is_rounded_that_a_page_may_multiply(world, matrix, box, allowed):
    """A millionth of a form's matrix or box is a line, or a page, where the page is drawn through 1e9 0 0 1e9."""
    form = b"<< /Type /XObject /Subtype /Form /Matrix [1 0 0 1 %s 0] /BBox [0 0 %s 200] /Length 15 >>"
    form += b"\nstream\n0 0 50 50 re f \nendstream"
    drawn = {
        pdfs.CONTENT: b"<< /Length 6 >>\nstream\n/Fm Do\nendstream",
        pdfs.PAGE: PAGE.replace(b"/Font", b"/XObject << /Fm 40 0 R >> /Font"),
        40: form % (b"1", b"300"),
    }
    assert judged(world, signed(world, drawn), {40: form % (matrix, box)}) is allowed


@pytest.mark.parametrize(("entries", "allowed"), [(b"", True), (b" /MK << /BG [1] >>", False), (b" /V (100)", False)])
def test_viewers_are_told_to_draw_no_longer_where_that_is_all_one(world, entries, allowed):
    asked = pdfs.OBJECTS[pdfs.FORM][:-2] + b" /NeedAppearances %s >>"
    bare = {pdfs.TEXT_FIELD: TEXT % entries}
    base = signed(world, {pdfs.FORM: asked % b"true"} | bare)
    assert judged(world, base, {pdfs.FORM: asked % b"false"}) is allowed
    other = signed(world, {pdfs.FORM: asked % b"false"} | bare)
    assert judged(world, other, {pdfs.FORM: asked % b"true"}) is False


@pytest.mark.parametrize(
    ("looks", "allowed"),
    [
        (b"<< /Yes 41 0 R /Off 42 0 R >>", True),
        (b"<< /Off 41 0 R >>", False),
        (b"41 0 R", False),
    ],
)
def test_a_box_shows_nothing_beside_its_tick_when_viewers_are_told_to_draw_no_longer(world, looks, allowed):
    asked = pdfs.OBJECTS[pdfs.FORM][:-2] + b" /NeedAppearances %s >>"
    box = (TEXT % b" /AS /Off /AP << /N %s >>").replace(b"/Tx", b"/Btn")
    drawn = {
        pdfs.TEXT_FIELD: box % looks,
        41: pdfs.looks_of(b"100"),
        42: pdfs.looks_of(b"").replace(b"() Tj", b"     "),
    }
    base = signed(world, drawn | {pdfs.FORM: asked % b"true"})
    assert judged(world, base, {pdfs.FORM: asked % b"false"}) is allowed  # poppler shows 100 only then


def test_viewers_are_told_to_draw_no_longer_only_where_the_form_knows_every_widget(world):
    asked = pdfs.OBJECTS[pdfs.FORM][:-2] + b" /NeedAppearances %s >>"
    page = PAGE.replace(b"/Annots [", b"/Annots [40 0 R ")
    drawn = {pdfs.TEXT_FIELD: TEXT % b"", 40: STRAY % (b"F1", LOOKS), 41: pdfs.looks_of(b"100"), pdfs.PAGE: page}
    base = signed(world, drawn | {pdfs.FORM: asked % b"true"})
    assert judged(world, base, {pdfs.FORM: asked % b"false"}) is False  # poppler shows 9, and then 100


@pytest.mark.parametrize(
    ("looks", "allowed"),
    [(b" /AP << /N 9 0 R >>", True), (b"", False), (b" /AP << /N 9 0 R >> /MK << /BC [1] >>", False)],
)
def test_the_usual_border_may_be_stated_where_no_viewer_draws_one_then(world, looks, allowed):
    field = TEXT % (b" /V (100)" + looks)
    base = signed(world, {pdfs.TEXT_FIELD: field, pdfs.APPEARANCE: pdfs.looks_of(b"100")})
    stated = field[:-2] + b" /BS << /S /S /W 1 >> >>"
    assert judged(world, base, {pdfs.TEXT_FIELD: stated}) is allowed


@pytest.mark.parametrize(("looks", "allowed"), [(LOOKS, True), (b"", False)])
def test_a_usual_font_is_not_entered_under_a_widget_that_no_field_holds(world, looks, allowed):
    page = PAGE.replace(b"/Annots [", b"/Annots [40 0 R ")
    drawn = {pdfs.TEXT_FIELD: TEXT % b"", 40: STRAY % (b"Helv", looks), 41: pdfs.looks_of(b"100"), pdfs.PAGE: page}
    fonts = b" /DR << /Font << /Helv << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    assert judged(world, signed(world, drawn), {pdfs.FORM: pdfs.OBJECTS[pdfs.FORM][:-2] + fonts}) is allowed


def test_an_annotation_that_gets_a_number_stays_what_it_was(world):
    link = b"<< /Type /Annot /Subtype /Link /Rect [20 70 90 90] /Border [0 0 0] /A << /S /URI /URI (%s) >>%s >>"
    base = signed(world, {pdfs.PAGE: PAGE.replace(b"/Annots [", b"/Annots [" + link % (b"here", b"") + b" ")})
    listed = PAGE.replace(b"/Annots [", b"/Annots [40 0 R ")
    for where, allowed in ((b"here", True), (b"there", False)):
        assert judged(world, base, {pdfs.PAGE: listed, 40: link % (where, b" /P 3 0 R")}) is allowed


def test_an_output_intent_of_srgb_may_come_and_no_other(world):
    intent = b"<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /DestOutputProfile 40 0 R >>"
    catalog = CATALOG[:-2] + b" /OutputIntents [" + intent + b"] >>"
    for profile, allowed in ((srgb(), True), (srgb().replace(b"\xff\xff", b"\x00\x00"), False)):
        stream = b"<< /N 3 /Length %d >>\nstream\n%s\nendstream" % (len(profile), profile)
        assert judged(world, signed(world), {pdfs.CATALOG: catalog, 40: stream}) is allowed


@pytest.mark.parametrize(
    "spoiled", [b"", b"RGB", srgb()[:200], srgb().replace(b"gXYZ", b"A2B0"), srgb().replace(b"mntr", b"prtr")]
)
def test_a_profile_is_that_of_srgb_in_all_its_parts(spoiled):
    assert is_srgb(srgb())
    assert not is_srgb(spoiled)


def test_a_signature_that_ends_with_its_mark_is_of_a_whole_revision(world):
    """node-signpdf writes no line end behind %%EOF; what follows it begins with one, or is seen."""
    base = pdfs.fill(pdfs.build(pdfs.OBJECTS | SIGNED)[:-1], world.cms)
    for between, allowed in ((b"\n", True), (b"\r\n", True), (b"\n(smuggled)\n", False)):
        assert judged(world, base + between, {}) is allowed


@pytest.mark.parametrize("method", ["rc4", "aes128", "aes256"])
def test_zeros_that_somebody_encrypted_are_told_from_anything_else(method):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    opened, ref, start = Decryption(bytes(range(32 if method == "aes256" else 16)), method, True), Ref(7, 0), 50
    key = opened._key_for(ref)
    for hidden in (bytes(200), bytes(150) + b"more" + bytes(46)):
        if method == "rc4":
            from signkit.pdf.reading.encryption import _rc4

            secret = _rc4(key, hidden)
        else:
            cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
            secret = bytes(16) + cipher.update(hidden + b"\x08" * 8) + cipher.finalize()
        overwritten = b"\x30" * start + secret[start:]
        assert opened.encrypts_zeros(overwritten, start, ref) is not any(hidden)
    assert not opened.encrypts_zeros(b"\x30" * start, start, ref)


@pytest.mark.parametrize(
    ("end", "zeros"), [(b"\x08" * 8, True), (b"message" * 9 + b"\x50", False), (b"message\0", False)]
)
def test_no_second_message_is_taken_for_padding(end, zeros):
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(bytes(32)), modes.CBC(bytes(16))).encryptor()
    secret = bytes(16) + cipher.update(end.rjust(192, b"\0"))
    assert Decryption(bytes(32), "aes256", True).encrypts_zeros(secret, 20, Ref(7, 0)) is zeros
