"""What changed between revisions, in words: one test for each kind of change, each attack, each bad input."""

from __future__ import annotations

import hashlib
import sys
import zlib
from io import BytesIO

import pytest

from signkit.errors import ExitCode, ValidationRefused
from signkit.history.diff import Diff, Difference, RevisionDiff, diff_pdf
from signkit.history.fingerprint import Fingerprints
from signkit.history.page_diff import PageComparer
from signkit.history.states import pair_pages, states
from signkit.limits import Limits, Meter
from signkit.pdf.reading.document import PdfFile
from tests.refusals import refused_as
from tests.validation import pdfs

WHITE_BOX = b"1 g 10 140 200 40 re f"
#: A form that paints its whole box white.
WHITE = b"<< /Type /XObject /Subtype /Form /BBox [0 0 200 40] /Length 19 >>\nstream\n1 g 0 0 200 40 re f\nendstream"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d " % len(data) + entries + b">>\nstream\n" + data + b"\nendstream"


def text(words: bytes, y: int = 150) -> bytes:
    return b"BT /F1 12 Tf 20 %d Td (%b) Tj ET" % (y, words)


def page(*changes: tuple[bytes, bytes]) -> bytes:
    body = pdfs.OBJECTS[pdfs.PAGE]
    for before, after in changes:
        assert before in body
        body = body.replace(before, after)
    return body


def catalog(entries: bytes) -> bytes:
    return pdfs.OBJECTS[pdfs.CATALOG][:-2] + entries + b" >>"


def history(pdf: bytes) -> Diff:
    return diff_pdf(pdf, "test.pdf")


def last(pdf: bytes) -> RevisionDiff:
    revision = history(pdf).revisions[-1]
    assert revision.not_compared == ()
    return revision


def after_update(objects: dict[int, bytes], base: bytes | None = None, **more: bytes) -> tuple[Difference, ...]:
    """The changes of one appended revision."""
    return last(pdfs.update(base or pdfs.build(), objects, **more)).items


def only(changes: tuple[Difference, ...]) -> Difference:
    assert len(changes) == 1, [change.text.en for change in changes]
    return changes[0]


# --- text and looks -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_changed_price_shows_before_and_after():
    change = only(after_update({pdfs.CONTENT: stream(text(b"Pay 900 yen"))}))
    assert (change.kind, change.page, change.before, change.after) == ("text", 1, "Pay 100 yen", "Pay 900 yen")


@pytest.mark.slow
def test_a_line_that_is_added_or_taken_away_has_one_side_only():
    two = {pdfs.CONTENT: stream(text(b"Pay 100 yen") + b" " + text(b"and 1 more", 120))}
    added = only(after_update(two))
    assert (added.kind, added.before, added.after) == ("text", None, "and 1 more")
    gone = only(after_update({pdfs.CONTENT: pdfs.OBJECTS[pdfs.CONTENT]}, pdfs.update(pdfs.build(), two)))
    assert (gone.kind, gone.before, gone.after) == ("text", "and 1 more", None)


@pytest.mark.slow
def test_a_price_painted_over_shows_what_stood_there_and_what_came():
    forged = WHITE_BOX + b" 0 g " + text(b"Pay 9 yen")
    contents = {pdfs.PAGE: page((b"/Contents 4 0 R", b"/Contents [4 0 R 30 0 R]")), 30: stream(forged)}
    change = next(item for item in after_update(contents) if item.kind == "picture")
    assert (change.page, change.before, change.after) == (1, "100 yen", "9 yen")  # "Pay " stands where it stood
    assert "drawn over text" in change.text.en


@pytest.mark.slow
def test_text_under_a_white_box_is_told_though_extraction_still_finds_it():
    contents = {pdfs.PAGE: page((b"/Contents 4 0 R", b"/Contents [4 0 R 30 0 R]")), 30: stream(WHITE_BOX)}
    change = only(after_update(contents))
    assert (change.kind, change.before, change.after) == ("picture", "Pay 100 yen", None)
    assert "in the page's content" in change.text.en
    left, bottom, right, top = change.area
    assert 15 < left < 25
    assert 145 < bottom < top < 165
    assert right < 100


@pytest.mark.slow
def test_a_drawing_without_text_is_told_by_its_place():
    contents = {
        pdfs.PAGE: page((b"/Contents 4 0 R", b"/Contents [4 0 R 30 0 R]")),
        30: stream(b"0 g 200 100 50 20 re f"),
    }
    change = only(after_update(contents))
    assert (change.kind, change.before, change.after) == ("picture", None, None)
    assert change.text.en.endswith("71 mm from the left, 28 mm from the top, 18 × 7 mm.")
    assert change.area == pytest.approx((200, 100, 250, 120), abs=1.5)


@pytest.mark.slow
def test_the_place_is_right_on_a_turned_page():
    turned = pdfs.build({**pdfs.OBJECTS, pdfs.PAGE: page((b"/MediaBox", b"/Rotate 90 /MediaBox"))})
    contents = {
        pdfs.PAGE: page((b"/MediaBox", b"/Rotate 90 /MediaBox"), (b"/Contents 4 0 R", b"/Contents [4 0 R 30 0 R]")),
        30: stream(b"0 g 200 100 50 20 re f"),
    }
    assert only(after_update(contents, turned)).area == pytest.approx((200, 100, 250, 120), abs=1.5)


@pytest.mark.slow
def test_content_rewritten_without_effect_is_told_as_such():
    squeezed = zlib.compress(pdfs.OBJECTS[pdfs.CONTENT].split(b"stream\n")[1].removesuffix(b"\nendstream"))
    change = only(after_update({pdfs.CONTENT: stream(squeezed, b"/Filter /FlateDecode ")}))
    assert (change.kind, change.page) == ("structure", 1)
    assert "text and looks are the same" in change.text.en


@pytest.mark.slow
def test_another_font_under_the_same_text_looks_different():
    change = only(after_update({pdfs.FONT: pdfs.OBJECTS[pdfs.FONT].replace(b"Helvetica", b"Times-BoldItalic")}))
    assert change.kind in ("picture", "structure")
    assert change.page == 1


# --- annotations --------------------------------------------------------------------------------------------------

NOTE = b"<< /Type /Annot /Subtype /Text /Rect [250 170 270 190] /Contents (hello) /P 3 0 R >>"
WITH_NOTE = {pdfs.PAGE: page((b"8 0 R]", b"8 0 R 30 0 R]")), 30: NOTE}


@pytest.mark.slow
def test_an_annotation_is_told_when_it_comes_changes_and_goes():
    noted = pdfs.update(pdfs.build(), WITH_NOTE)
    added = only(last(noted).items)
    assert (added.kind, added.page, added.before, added.after) == ("annotation", 1, None, "hello")
    assert added.text.en == "An annotation was added: sticky note."
    assert added.text.ja == "注釈（付箋）が追加されました。"
    changed = only(after_update({30: NOTE.replace(b"hello", b"bye")}, noted))
    assert (changed.kind, changed.before, changed.after) == ("annotation", "hello", "bye")
    removed = only(after_update({pdfs.PAGE: pdfs.OBJECTS[pdfs.PAGE]}, noted))
    assert (removed.kind, removed.before, removed.after) == ("annotation", "hello", None)


@pytest.mark.slow
def test_an_annotation_that_lies_on_text_names_the_text():
    note = (
        b"<< /Type /Annot /Subtype /FreeText /Contents (Pay 9 yen) /F 4 /Rect [10 140 210 180] /AP << /N 31 0 R >> >>"
    )
    annotation, picture = sorted(after_update({**WITH_NOTE, 30: note, 31: WHITE}), key=lambda change: change.kind)
    assert (annotation.kind, annotation.after) == ("annotation", "Pay 9 yen")
    assert (picture.kind, picture.before) == ("picture", "Pay 100 yen")
    assert "by an annotation or a form field" in picture.text.en


@pytest.mark.slow
def test_a_new_annotation_does_not_excuse_what_the_page_itself_draws_below_it():
    note = b"<< /Type /Annot /Subtype /Square /F 4 /Rect [190 90 290 130] /AP << /N 31 0 R >> >>"
    objects = {
        pdfs.PAGE: page((b"8 0 R]", b"8 0 R 30 0 R]"), (b"/Contents 4 0 R", b"/Contents [4 0 R 32 0 R]")),
        30: note,
        31: stream(b"1 0 0 RG 1 1 98 38 re S", b"/Type /XObject /Subtype /Form /BBox [0 0 100 40] "),
        32: stream(b"0 g 200 100 50 20 re f"),
    }
    assert [item.kind for item in after_update(objects)] == ["picture", "annotation"]


@pytest.mark.slow
def test_an_exchanged_appearance_of_an_annotation_is_told():
    note = b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [210 100 290 140] /AP << /N 31 0 R >> >>"
    stamped = pdfs.update(pdfs.build(), {**WITH_NOTE, 30: note, 31: WHITE})
    change = only(after_update({31: WHITE.replace(b"1 g", b"0 g")}, stamped))
    assert (change.kind, change.text.en) == ("annotation", "An annotation was changed: stamp.")


@pytest.mark.slow
def test_a_widget_that_no_form_leads_to_is_an_annotation():
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (stray) /F 4 /Rect [10 140 210 180] /AP << /N 31 0 R >> >>"
    kinds = {change.kind for change in after_update({**WITH_NOTE, 30: widget, 31: WHITE})}
    assert kinds == {"annotation", "picture"}


# --- the form -----------------------------------------------------------------------------------------------------


def field(value: bytes, appearance: bytes = b"9 0 R") -> bytes:
    return pdfs.OBJECTS[pdfs.TEXT_FIELD].replace(b"(first)", value).replace(b"9 0 R", appearance)


@pytest.mark.slow
def test_a_form_value_shows_before_and_after_under_its_name():
    change = only(after_update({pdfs.TEXT_FIELD: field(b"(second)")}))
    assert (change.kind, change.page, change.before, change.after) == ("form", 1, "first", "second")
    assert change.text.en == "The form field note was filled in or changed."


@pytest.mark.slow
def test_a_field_inside_a_field_goes_by_its_full_name():
    form = {
        pdfs.FORM: b"<< /Fields [6 0 R 30 0 R] >>",
        30: b"<< /T (parties) /FT /Tx /Kids [8 0 R] >>",
        pdfs.TEXT_FIELD: field(b"(first)")[:-2] + b" /Parent 30 0 R >>",
    }
    nested = pdfs.build({**pdfs.OBJECTS, **form})
    second = form[pdfs.TEXT_FIELD].replace(b"first", b"second")
    assert "parties.note" in only(after_update({pdfs.TEXT_FIELD: second}, nested)).text.en


@pytest.mark.slow
def test_a_password_is_not_shown():
    secret = field(b"(first)").replace(b"/FT /Tx", b"/FT /Tx /Ff 8192")
    change = only(after_update({pdfs.TEXT_FIELD: secret}))
    assert "first" not in (change.after or "") + change.text.en


@pytest.mark.slow
def test_looks_exchanged_under_the_same_value_are_told():
    changes = after_update({pdfs.TEXT_FIELD: field(b"(first)", b"31 0 R"), 31: WHITE.replace(b"1 g", b"0 g")})
    change = only(changes)
    assert change.kind == "form"
    assert "its value is the same" in change.text.en


@pytest.mark.slow
def test_fields_that_come_and_go_are_told():
    more = {
        pdfs.PAGE: page((b"8 0 R]", b"8 0 R 30 0 R]")),
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
        30: b"<< /FT /Tx /T (extra) /V (x) /Type /Annot /Subtype /Widget /Rect [200 80 280 90] /P 3 0 R >>",
    }
    bigger = pdfs.update(pdfs.build(), more)
    added = next(change for change in last(bigger).items if change.kind == "form")
    assert (added.text.en, added.after) == ("The form field extra was added.", "x")
    objects = {number: pdfs.OBJECTS[number] for number in (pdfs.PAGE, pdfs.FORM)}
    removed = next(change for change in after_update(objects, bigger) if change.kind == "form")
    assert (removed.text.en, removed.before) == ("The form field extra was taken away.", "x")


# --- signatures and evidence --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_signature_is_told_with_who_and_when_and_what_follows_comes_after_it(world, signed):
    diff = history(pdfs.update(signed, {pdfs.CONTENT: stream(text(b"Pay 900 yen"))}))
    assert [revision.kind for revision in diff.revisions] == ["original", "signature", "content"]
    assert [[one.field for one in revision.after] for revision in diff.revisions] == [[], [], ["seller"]]
    made = only(diff.revisions[1].items)
    assert (made.kind, made.page) == ("signature", 1)
    assert made.text.en.startswith("seller: signed with the certificate of ")
    assert diff.revisions[2].after[0].intact
    assert only(diff.overall).before == "Pay 100 yen"


def test_a_file_written_and_signed_in_one_go_shows_its_signature(world):
    filled = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V 20 0 R >>"
    whole = pdfs.build({**pdfs.OBJECTS, pdfs.SELLER: filled, pdfs.SIGNATURE: pdfs.signature_dictionary()})
    diff = history(pdfs.fill(whole, world.cms))
    assert [revision.kind for revision in diff.revisions] == ["original"]
    assert only(diff.revisions[0].items).kind == "signature"


@pytest.mark.slow
def test_a_signature_whose_bytes_were_touched_says_so(signed):
    touched = history(signed.replace(b"Pay 100", b"Pay 900")).revisions[1]
    assert "not what stands in the file" in only(touched.items).text.en


@pytest.mark.slow
def test_a_signature_taken_away_is_told(signed):
    change = only(after_update({pdfs.SELLER: pdfs.OBJECTS[pdfs.SELLER]}, signed))
    assert (change.kind, change.text.en) == ("signature", "The signature in the field seller was taken away.")


@pytest.mark.slow
def test_a_seal_exchanged_after_signing_is_told(world, signed):
    seller = pdfs.OBJECTS[pdfs.SELLER][:-2] + b" /V 20 0 R /AP << /N 31 0 R >> >>"
    changes = after_update({pdfs.SELLER: seller, 31: WHITE.replace(b"1 g", b"0 g")}, signed)
    assert only(changes).text.en == "The signed field seller looks different from when it was signed."


@pytest.mark.slow
def test_signatures_timestamps_and_evidence_of_a_real_contract(blank, person_signer, services):
    from signkit.rehearsal.evidence_services import utc_now
    from signkit.signing.levels import Level, extend, sign
    from signkit.signing.request import SignatureRequest

    signed = sign(blank, SignatureRequest("seller", "番号 花子", utc_now()), person_signer, Level.B_T, services).pdf
    diff = history(extend(signed, Level.B_LTA, services).pdf)
    kinds = [revision.kind for revision in diff.revisions]
    assert kinds[:2] == ["original", "signature"]
    assert "timestamp" in kinds
    items = [item for revision in diff.revisions for item in revision.items]
    assert {item.kind for item in items} <= {"signature", "timestamp", "evidence", "metadata"}
    assert any("certificates" in item.text.en for item in items if item.kind == "evidence")
    assert diff.overall == ()
    assert [one.kind for one in diff.revisions[-1].after] == ["signature"]


# --- attachments, metadata, structure -----------------------------------------------------------------------------


def with_attachment(content: bytes) -> dict[int, bytes]:
    return {
        pdfs.CATALOG: catalog(b" /Names << /EmbeddedFiles << /Names [(terms.txt) 30 0 R] >> >>"),
        30: b"<< /Type /Filespec /F (terms.txt) /UF (terms.txt) /EF << /F 31 0 R >> >>",
        31: stream(content, b"/Type /EmbeddedFile "),
    }


def digest(content: bytes) -> str:
    return f"SHA-256 {hashlib.sha256(content).hexdigest()}"


@pytest.mark.slow
def test_attachments_are_told_with_their_digests():
    attached = pdfs.update(pdfs.build(), with_attachment(b"one"))
    added = only(last(attached).items)
    assert (added.kind, added.before, added.after) == ("attachment", None, digest(b"one"))
    assert added.text.en == "The file terms.txt was attached (3 bytes)."
    changed = only(after_update({31: stream(b"other", b"/Type /EmbeddedFile ")}, attached))
    assert (changed.before, changed.after) == (digest(b"one"), digest(b"other"))
    removed = only(after_update({pdfs.CATALOG: pdfs.OBJECTS[pdfs.CATALOG]}, attached))
    assert (removed.before, removed.after) == (digest(b"one"), None)


@pytest.mark.slow
def test_an_attachment_by_pypdf_is_found():
    from pypdf import PdfReader, PdfWriter

    base = pdfs.build()
    writer = PdfWriter(BytesIO(base), incremental=True)
    writer.add_attachment("data.csv", b"a,b\n")
    output = BytesIO()
    writer.write(output)
    assert PdfReader(BytesIO(output.getvalue())).attachments["data.csv"] == [b"a,b\n"]
    attached = [item for item in last(output.getvalue()).items if item.kind == "attachment"]
    assert only(tuple(attached)).after == digest(b"a,b\n")


@pytest.mark.slow
def test_document_information_shows_before_and_after():
    base = pdfs.build({**pdfs.OBJECTS, 30: b"<< /Title (Sale) >>"}, trailer=b" /Info 30 0 R")
    change = only(after_update({30: b"<< /Title (Gift) >>"}, base, trailer=b" /Info 30 0 R"))
    assert (change.kind, change.before, change.after) == ("metadata", "Sale", "Gift")


def second_page(words: bytes = b"Page two") -> dict[int, bytes]:
    return {
        pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R 30 0 R] /Count 2 >>",
        30: page((b"/Contents 4 0 R", b"/Contents 31 0 R"), (b"[6 0 R 8 0 R]", b"[]")),
        31: stream(text(words)),
    }


@pytest.mark.slow
def test_pages_added_taken_away_and_reordered_are_told():
    two = pdfs.update(pdfs.build(), second_page())
    assert [(item.kind, item.text.en) for item in last(two).items] == [("structure", "Page 2 was added.")]
    one = after_update({pdfs.PAGES: pdfs.OBJECTS[pdfs.PAGES]}, two)
    assert [item.text.en for item in one] == ["Page 2 was taken away."]
    swapped = only(after_update({pdfs.PAGES: b"<< /Type /Pages /Kids [30 0 R 3 0 R] /Count 2 >>"}, two))
    assert (swapped.text.en, swapped.before, swapped.after) == ("The pages stand in another order.", "1, 2", "2, 1")


@pytest.mark.slow
def test_a_page_replaced_by_another_object_is_compared_with_the_one_it_replaces():
    other = {**second_page(b"Pay 1 yen"), pdfs.PAGES: b"<< /Type /Pages /Kids [30 0 R] /Count 1 >>"}
    change = next(item for item in after_update(other) if item.kind == "text")
    assert (change.page, change.before, change.after) == (1, "Pay 100 yen", "Pay 1 yen")


@pytest.mark.slow
def test_a_turned_page_is_told():
    changes = after_update({pdfs.PAGE: page((b"/MediaBox", b"/Rotate 180 /MediaBox"))})
    turned = next(item for item in changes if item.kind == "structure")
    assert (turned.text.en, turned.before, turned.after) == ("The page's Rotate was changed.", None, "180")


@pytest.mark.slow
def test_a_script_at_opening_is_told():
    change = only(after_update({pdfs.CATALOG: catalog(b" /OpenAction << /S /JavaScript /JS (x) >>")}))
    assert (change.kind, change.text.en) == (
        "structure",
        "Added to the document: what happens when the file is opened.",
    )


# --- attacks ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_shadow_attack_by_a_cross_reference_alone_shows_both_prices(world):
    """Both contents lie in the signed bytes; what is appended only points to the other one."""
    hidden = b"4 0 obj\n" + stream(text(b"Pay 900 yen")) + b"\nendobj\n"
    signed = world.sign(pdfs.build({**pdfs.OBJECTS, 50: stream(hidden)}))
    forged = signed + pdfs.cross_reference({4: signed.index(hidden)}, len(signed), previous=pdfs.last_start(signed))
    revision = last(forged)
    assert [one.field for one in revision.after] == ["seller"]
    assert (only(revision.items).before, only(revision.items).after) == ("Pay 100 yen", "Pay 900 yen")


@pytest.mark.slow
def test_the_forged_contract_of_the_demo_names_page_and_prices(blank):
    from signkit.demo import forge_price
    from signkit.preview import find_text

    price = 58_000_000
    number, _ = find_text(blank, f"{price:,}")
    change = last(forge_price(blank, price)).items[0]
    assert (change.kind, change.page) == ("picture", number + 1)
    assert (change.before, change.after) == ("58,000,000", "5,800,000")


@pytest.mark.slow
def test_a_signature_field_that_lies_on_text_names_the_text(world):
    evil = b"<< /FT /Sig /T (evil) /Type /Annot /Subtype /Widget /F 132 /Rect [10 140 210 180] /P 3 0 R"
    objects = {
        pdfs.PAGE: page((b"8 0 R]", b"8 0 R 30 0 R]")),
        pdfs.FORM: b"<< /Fields [6 0 R 8 0 R 30 0 R] /SigFlags 3 >>",
        30: evil + b" /AP << /N 31 0 R >> >>",
        31: WHITE,
    }
    revision = last(pdfs.sign(pdfs.build(), world.cms, field=30, objects=objects))
    assert [(item.kind, item.before) for item in revision.items] == [("picture", "Pay 100 yen"), ("signature", None)]


@pytest.mark.slow
def test_bytes_after_the_last_revision_are_told():
    change = only(last(pdfs.update(pdfs.build(), {40: b"<< >>"}) + b"4 0 obj\n<< >>\nendobj\n").items)
    assert (change.kind, change.text.en[:9]) == ("structure", "20 bytes ")


@pytest.mark.slow
def test_a_broken_end_does_not_hide_the_revisions_before_it(signed):
    broken = signed + b"4 0 obj\n" + stream(text(b"Pay 900 yen")) + b"\nendobj\nstartxref\n7\n%%EOF\n"
    diff = history(broken)
    assert [revision.kind for revision in diff.revisions] == ["original", "signature", "content"]
    assert any("cross-reference is broken" in item.text.en for item in diff.revisions[-1].items)
    assert any((item.before, item.after) == ("Pay 100 yen", "Pay 900 yen") for item in diff.revisions[-1].items)


# --- nothing, and bad input ---------------------------------------------------------------------------------------


def test_a_file_of_one_revision_has_nothing_to_compare():
    diff = history(pdfs.build())
    assert [(revision.number, revision.kind, revision.items) for revision in diff.revisions] == [(1, "original", ())]
    assert diff.overall == ()


@pytest.mark.slow
def test_an_update_that_changes_nothing_is_told_as_none():
    revision = last(pdfs.update(pdfs.build(), {pdfs.CONTENT: pdfs.OBJECTS[pdfs.CONTENT], 40: b"<< /Unused true >>"}))
    assert (revision.kind, revision.items) == ("none", ())


def test_both_halves_of_a_linearized_file_are_one_revision(tmp_path):
    import shutil
    import subprocess

    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    (tmp_path / "plain.pdf").write_bytes(pdfs.build())
    subprocess.run(["qpdf", "--linearize", "plain.pdf", "fast.pdf"], cwd=tmp_path, check=False)
    fast = (tmp_path / "fast.pdf").read_bytes()
    assert b"/Linearized" in fast
    assert len(history(fast).revisions) == 1


def refused(pdf: bytes, limits: Limits | None = None) -> ValidationRefused:
    with refused_as("pdf-not-comparable") as caught:
        diff_pdf(pdf, "bad.pdf", limits)
    assert caught.value.exit_code is ExitCode.UNREADABLE
    return caught.value


def test_garbage_is_unreadable():
    assert "neither a PDF" in refused(b"garbage" * 100).message()
    assert "PDF でも" in refused(b"").message("ja")


def test_a_file_without_a_catalog_is_unreadable_or_empty():
    assert history(b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n").revisions[0].items != ()


@pytest.mark.parametrize("part", [0.05, 0.5, 0.95])
def test_a_truncated_file_is_compared_as_far_as_it_can_be_read(signed, part):
    revision = history(signed[: int(len(signed) * part)]).revisions[-1]
    told = " ".join(item.text.en for item in revision.items)
    assert "cross-reference is broken" in told or "bytes stand after the last revision" in told


def test_a_file_that_needs_a_password_is_unreadable():
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdfs.build())))
    writer.encrypt("secret", algorithm="AES-128")
    output = BytesIO()
    writer.write(output)
    assert "password" in refused(output.getvalue()).message()


def test_a_file_that_asks_for_too_much_time_is_refused():
    assert "seconds" in refused(pdfs.build(), Limits(seconds=-1)).message()


def test_a_decompression_bomb_as_attachment_is_refused():
    bomb = zlib.compress(bytes(4 << 20))
    objects = {**with_attachment(b""), 31: stream(bomb, b"/Filter /FlateDecode ")}
    assert "too much" in refused(pdfs.update(pdfs.build(), objects), Limits(decoded_bytes=1 << 20)).message()


@pytest.mark.slow
def test_a_page_tree_that_is_a_circle_ends():
    circle = {pdfs.PAGES: b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 >>"}
    assert history(pdfs.update(pdfs.build(), circle)).revisions[1].number == 2


@pytest.mark.slow
def test_annotations_that_name_each_other_end():
    first = NOTE[:-2] + b" /IRT 32 0 R >>"
    second = NOTE[:-2] + b" /IRT 30 0 R >>"
    objects = {pdfs.PAGE: page((b"8 0 R]", b"8 0 R 30 0 R 32 0 R]")), 30: first, 32: second}
    assert [item.kind for item in after_update(objects)] == ["annotation", "annotation"]


def test_pages_that_cannot_be_drawn_in_time_are_named_as_not_compared():
    pdf = pdfs.update(pdfs.build(), {pdfs.CONTENT: stream(text(b"Pay 900 yen"))})
    old, new = states(PdfFile(pdf, Meter(Limits())))
    with PageComparer(pdf, Fingerprints(), seconds=0) as comparer:
        result = comparer.compare(old, new, pair_pages(old, new).pairs, ())
    assert "rewritten" in only(result.changes).text.en
    assert "were not compared" in result.gaps[0].en


@pytest.mark.slow
def test_a_drawing_that_kills_its_process_costs_the_looks_alone(monkeypatch):
    from signkit.history import page_diff

    monkeypatch.setattr(page_diff, "compare", _die)
    revision = history(pdfs.update(pdfs.build(), {pdfs.CONTENT: stream(text(b"Pay 900 yen"))})).revisions[1]
    assert "how it looks could not be compared" in only(revision.items).text.en
    assert "were not compared" in revision.not_compared[0].en


def _die(*arguments: object) -> None:
    import os

    os._exit(9)


@pytest.mark.slow
def test_the_json_form_is_plain_data(signed):
    import json

    plain = json.loads(json.dumps(history(signed).to_json()))
    assert plain["schema"] == "signkit-diff/1"
    assert plain["revisions"][1]["kind"] == "signature"
    assert plain["revisions"][1]["changes"][0].keys() == {"kind", "page", "before", "after", "area", "text"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS")
def test_content_that_inflates_is_compared_within_bounds_or_not_at_all():
    """1.2 MB that unpack to 1.2 GB: the process that draws has room for what a file of that size may need."""
    import resource

    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20).replace(b"\0", b" ")) for _ in range(1200)) + packer.flush()
    content = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed)
    pdf = pdfs.update(pdfs.build(pdfs.OBJECTS), {4: content})
    found = diff_pdf(pdf, "bomb.pdf")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_400_000  # kB, of any child so far
    assert found.revisions[1].not_compared


def test_what_no_comparison_shows_is_said_to_be_there(signed):
    """A page tree that counts wrongly, and bytes behind the end, are no text and no looks: the judge knows of them."""
    pages = pdfs.OBJECTS[pdfs.PAGES].replace(b"/Count 1", b"/Count 2")
    assert pages != pdfs.OBJECTS[pdfs.PAGES]
    for attacked in (pdfs.update(signed, {pdfs.PAGES: pages}), signed + b"\n" * 5000):
        assert [gap.en[:26] for gap in history(attacked).revisions[-1].not_compared][-1:] == [
            "Something was changed here"
        ]
    rewritten = pdfs.update(signed, {pdfs.PAGES: pdfs.OBJECTS[pdfs.PAGES]})
    assert history(signed).revisions[-1].not_compared == history(rewritten).revisions[-1].not_compared == ()
