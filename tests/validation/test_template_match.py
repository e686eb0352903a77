"""The clauses are the ones you know: honest contracts, and every way of altering one before the first signature."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date

import pytest

from signkit.contracts import fonts
from signkit.contracts.appended import append_pages
from signkit.contracts.attachments import appendix, attachment
from signkit.contracts.data import load_contract_data
from signkit.contracts.embedding import contract_json
from signkit.contracts.filled import Order
from signkit.contracts.plain_pdf import parse, serialize
from signkit.contracts.provenance import provenance
from signkit.contracts.render import _with_fields, filled_contract, render_contract
from signkit.contracts.template import find_template, load_template
from signkit.contracts.typesetters import TypstSource
from signkit.drawing import open_document
from signkit.pki.anchors import default_trust_store
from signkit.pki.policy import shipped_policy
from signkit.progress.contract import PartyState, contract_status
from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from signkit.signing.levels import Level, sign
from signkit.signing.request import SignatureRequest
from signkit.validation import template_match, template_pages
from signkit.validation.options import TemplateCheck, ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Verdict
from signkit.words import Text
from tests.validation import pdfs

CHECK = TemplateCheck()
OPTIONS = ValidationOptions(offline=True)
SALE = "real-estate-sale"


def example(**seller) -> dict:
    data = load_contract_data(find_template(SALE).folder / "example.yaml")
    data["seller"] |= seller
    return data


def matched(pdf: bytes, check: TemplateCheck = CHECK, **options):
    options = ValidationOptions(template_check=check, offline=True, **options)
    return validate_pdf(pdf, name="x.pdf", options=options).template_match


def codes(match) -> list[str]:
    return [reason.code for reason in match.reasons]


def forged(shown: dict, said: dict, alter=lambda text: text, made=None, tmp_path=None) -> bytes:
    """Return a contract whose pages are made of ``shown`` and an altered text, and whose data are ``said``."""
    template = find_template(SALE)
    drawn = template
    if tmp_path is not None:
        folder = shutil.copytree(template.folder, tmp_path / "altered")
        text = (folder / "contract.typ.j2").read_text(encoding="utf-8")
        changed = alter(text)
        assert changed != text
        (folder / "contract.typ.j2").write_text(changed, encoding="utf-8")
        drawn = load_template(folder)
    made = made or provenance(template, fonts.font_set())
    data = contract_json(template, said, provenance=made)
    (compiled,) = TypstSource().typeset(
        drawn, [Order(filled_contract(drawn, shown), date(2026, 11, 21), data)], fonts.font_set()
    )
    return _with_fields(template, said, compiled).pdf


def plain_page() -> bytes:
    from signkit.contracts.typesetting import typeset

    return typeset("One page.", day=date(2026, 11, 21), standard="1.7")


def saying(change) -> bytes:
    """Return a contract with the template's pages and fields, whose data say of it what another template says."""
    template = find_template(SALE)
    data = contract_json(change(template), example(), provenance=provenance(template, fonts.font_set()))
    order = Order(filled_contract(template, example()), date(2026, 11, 21), data)
    (compiled,) = TypstSource().typeset(template, [order], fonts.font_set())
    return _with_fields(template, example(), compiled).pdf


# --- honest ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", [SALE, "real-estate-explanation", "employment-agreement", "consent"])
def test_a_contract_is_its_template_unaltered(name):
    template = find_template(name)
    data = load_contract_data(template.folder / "example.yaml")
    match = matched(render_contract(template, data).pdf)
    assert (match.verdict, match.reasons) == ("unaltered", ())
    assert match.template == f"{name} {template.version}"
    assert match.free_text


@pytest.mark.slow
def test_signatures_and_evidence_leave_it_unaltered(person_signer, services, trust_pem):
    data = example(name="番号 花子", signer="番号 花子", address=HANAKO.address)
    pdf = render_contract(find_template(SALE), data).pdf
    pdf = sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_LTA, services).pdf
    request = SignatureRequest("buyer", "x", utc_now(), witness=True)
    pdf = sign(pdf, request, person_signer, Level.B_LTA, services).pdf
    trust = default_trust_store([trust_pem])
    options = ValidationOptions(template_check=CHECK, trust=trust, offline=True)
    report = validate_pdf(pdf, name="x.pdf", options=options)
    assert report.template_match.verdict == "unaltered"
    seller = report.signatures[0]
    assert (seller.party_match.verdict, seller.party_match.basis) == ("match", "page")


@pytest.mark.slow
def test_a_policy_that_demands_the_page_has_it_typeset(person_signer, services, trust_pem):
    data = example(name="番号 花子", signer="番号 花子", address=HANAKO.address)
    pdf = render_contract(find_template(SALE), data).pdf
    pdf = sign(pdf, SignatureRequest("seller", "x", utc_now()), person_signer, Level.B_LT, services).pdf
    policy = replace(shipped_policy("default"), party_basis="page")
    options = ValidationOptions(policy=policy, trust=default_trust_store([trust_pem]), offline=True)
    report = validate_pdf(pdf, name="x.pdf", options=options)
    assert report.verdict is Verdict.PASSED
    assert report.template_match.verdict == "unaltered"


@pytest.mark.slow
@pytest.mark.parametrize("most", ["_MAX_CHARACTERS", "_MAX_LINES"])
def test_pages_with_more_text_than_is_compared_are_not_the_same(monkeypatch, most):
    """What is behind a cap that was reached may be anything."""
    monkeypatch.setattr(template_pages, most, 10)
    pdf = render_contract(find_template(SALE), example()).pdf
    document = open_document(pdf)
    assert template_pages._lines(document, len(document)) is None
    document.close()


@pytest.mark.slow
def test_attachments_behind_more_than_are_looked_at_are_not_compared(monkeypatch):
    """One behind the last that is looked at may have the name of one before it."""
    files = [attachment("a.txt", b"plan", "図面")]
    pdf = render_contract(find_template(SALE), example(), attachments=files).pdf
    monkeypatch.setattr(template_match, "_MAX_SPECIFICATIONS", 1)
    match = matched(pdf)
    assert (match.verdict, codes(match)[0]) == ("unknown", "attachments-missing")


@pytest.mark.slow
def test_attachments_are_made_again_and_appended_pages_named(blank):
    template = find_template(SALE)
    files = [attachment("a.txt", b"plan", "図面")]
    assert matched(render_contract(template, example(), attachments=files).pdf).verdict == "unaltered"
    pages = [appendix("b.pdf", plain_page(), "説明書")]
    match = matched(render_contract(template, example(), attachments=files, appended=pages).pdf)
    assert (match.verdict, codes(match)) == ("same-text", ["appended-not-compared"])


@pytest.mark.slow
def test_an_older_contract_that_says_no_versions_is_the_same_text_at_best():
    template = find_template(SALE)
    order = Order(filled_contract(template, example()), date(2026, 11, 21), contract_json(template, example()))
    (compiled,) = TypstSource().typeset(template, [order], fonts.font_set())
    match = matched(_with_fields(template, example(), compiled).pdf)
    assert (match.verdict, codes(match)) == ("same-text", ["no-digest"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"signkit": "0.0.1"}, "made-with"),
        ({"typst": "0.1"}, "made-with"),
        ({"fonts": (("Noto Sans JP", "1"),)}, "fonts-differ"),
        ({"template_digest": "0" * 64}, "digest-differs"),
    ],
)
def test_another_version_is_the_same_text_at_best(change, code):
    made = replace(provenance(find_template(SALE), fonts.font_set()), **change)
    match = matched(forged(example(), example(), made=made))
    assert (match.verdict, codes(match)) == ("same-text", [code])


@pytest.mark.slow
def test_a_named_template_counts_alone(tmp_path, blank):
    folder = shutil.copytree(find_template(SALE).folder, tmp_path / "mine")
    assert matched(blank, TemplateCheck(named=(folder,))).verdict == "unaltered"
    match = matched(blank, TemplateCheck(named=(find_template("consent").folder,)))
    assert (match.verdict, codes(match)) == ("unknown", ["other-template"])


@pytest.mark.slow
def test_the_users_own_templates_are_known(tmp_path):
    folder = shutil.copytree(find_template(SALE).folder, tmp_path / "my-sale")
    text = (folder / "template.toml").read_text(encoding="utf-8")
    (folder / "template.toml").write_text(text.replace(f'id = "{SALE}"', 'id = "my-sale"'), encoding="utf-8")
    pdf = render_contract(load_template(folder), example()).pdf
    assert codes(matched(pdf)) == ["no-template"]
    assert matched(pdf, TemplateCheck(folders=(tmp_path,))).verdict == "unaltered"


@pytest.mark.slow
def test_an_earlier_version_is_kept():
    from signkit.contracts.kept import template_versions

    old = list(template_versions(SALE))[1]
    match = matched(render_contract(old, example()).pdf)
    assert (match.verdict, match.template) == ("unaltered", f"{SALE} {old.version}")


def updated(pdf: bytes, objects: dict[int, bytes]) -> bytes:
    """Return a contract with a further revision that writes ``objects`` anew."""
    made, offsets = bytearray(pdf), {}
    for number, body in objects.items():
        offsets[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, at) for number, at in sorted(offsets.items()))
    trailer = b"trailer\n<</Size %d/Root %d 0 R/Prev %d>>" % (max(objects) + 1, parse(pdf).root, pdfs.last_start(pdf))
    return bytes(made) + b"xref\n" + rows + trailer + b"\nstartxref\n%d\n%%%%EOF\n" % len(made)


# --- altered -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_one_clause_is_altered(tmp_path):
    pdf = forged(
        example(),
        example(),
        lambda text: text.replace("売主の責任と負担", "買主の責任と負担", 1).replace(
            "その損害は売主の負担とする", "その損害は買主の負担とする"
        ),
        tmp_path=tmp_path,
    )
    match = matched(pdf)
    assert match.verdict == "altered"
    [reason] = match.reasons
    assert reason.code == "text-differs"
    assert "損害は買主の負担" in reason.text.ja
    assert "損害は売主の負担" in reason.text.ja


@pytest.mark.slow
def test_one_figure_is_altered():
    shown = example()
    shown["price"] = shown["price"] | {"land": 40_000_000, "total": 57_000_000}
    shown["payment"] = shown["payment"] | {"balance": shown["payment"]["balance"] | {"amount": 54_000_000}}
    match = matched(forged(shown, example()))
    assert match.verdict == "altered"
    said = " ".join(reason.text.en for reason in match.reasons)
    assert "57,000,000" in said
    assert "58,000,000" in said


@pytest.mark.slow
def test_another_party_is_printed():
    match = matched(forged(example(name="真鍋 悪太郎", signer="真鍋 悪太郎"), example()))
    assert match.verdict == "altered"
    assert all("真鍋" in reason.text.ja and "髙橋" in reason.text.ja for reason in match.reasons)


@pytest.mark.slow
@pytest.mark.parametrize("claim", [{}, {"signkit": "0.0.1", "template_digest": "0" * 64}])
def test_what_the_file_says_of_its_versions_hides_no_alteration(tmp_path, claim):
    made = replace(provenance(find_template(SALE), fonts.font_set()), **claim)
    pdf = forged(example(), example(), lambda text: text.replace("売主の負担", "買主の負担"), made, tmp_path)
    assert matched(pdf).verdict == "altered"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("claim", "verdict"), [({}, "altered"), ({"typst": "0.1"}, "unknown")], ids=["same versions", "another version"]
)
def test_something_drawn_over_the_text_is_seen(tmp_path, claim, verdict):
    """A white patch, and grey ink that is all but invisible: the text is the same."""
    made = replace(provenance(find_template(SALE), fonts.font_set()), **claim)
    patch = "#place(dy: -20mm, rect(width: 30mm, height: 5mm, fill: luma(88%), stroke: none))\n#article(3,"
    match = matched(forged(example(), example(), lambda text: text.replace("#article(3,", patch), made, tmp_path))
    assert match.verdict == verdict
    assert codes(match)[0] == "drawn-differs"


BOX = b"0 g 100 600 200 40 re f"
#: A layer that is on where the page is printed, and off on a screen.
PRINTED = (
    b"/Usage<</Print<</PrintState/ON>>/View<</ViewState/OFF>>>>",
    b"/AS[<</Event/Print/Category[/Print]/OCGs[%d 0 R]>><</Event/View/Category[/View]/OCGs[%d 0 R]>>]",
)


def drawn_besides(content: bytes, *, annotation: bytes = b"", layer: bool = False) -> bytes:
    """Return a contract, said to be of another version, that draws ``content`` or has it as an annotation."""
    made = replace(provenance(find_template(SALE), fonts.font_set()), signkit="0.0.1")
    file = parse(forged(example(), example(), made=made))
    number, page = next((n, body) for n, body in file.objects.items() if b"/Type/Page/" in body)
    new = max(file.objects) + 1
    said = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" if annotation else b""
    file.objects[new] = b"<<%s/Length %d>>\nstream\n%s\nendstream" % (said, len(content), content)
    if annotation:
        looks = b"/Type/Annot/Rect[0 0 600 800]/AP<</N %d 0 R>>" % new
        file.objects[new + 1] = b"<<%s%s>>" % (annotation, looks)
        file.objects[number] = page[:-2] + b"/Annots[%d 0 R]>>" % (new + 1)
        return serialize(file)
    own = re.search(rb"/Contents (\d+ 0 R)", page)
    file.objects[number] = page.replace(own.group(), b"/Contents[%d 0 R " % new + own.group(1) + b"]")
    if layer:
        usage, events = PRINTED
        file.objects[new + 1] = b"<</Type/OCG/Name(x)%s>>" % usage
        on = b"/OCProperties<</OCGs[%d 0 R]/D<<%s>>>>" % (new + 1, events % (new + 1, new + 1))
        resources = int(re.search(rb"/Resources (\d+) 0 R", page)[1])
        for at, entries in ((file.root, on), (resources, b"/Properties<</oc %d 0 R>>" % (new + 1))):
            file.objects[at] = file.objects[at][:-2] + entries + b">>"
    return serialize(file)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "how", "code"),
    [
        (b"", {}, "made-with"),
        (b"q 1 1 0.2 rg 100 600 200 40 re f Q", {}, "drawn-differs"),
        (BOX, {"annotation": b"/Subtype/Stamp/F 36"}, "drawn-differs"),
        (b"/OC /oc BDC " + BOX + b" EMC", {"layer": True}, "drawn-differs"),
    ],
    ids=["nothing", "yellow, as bright as paper", "an annotation for paper alone", "a layer for paper alone"],
)
def test_what_is_seen_in_colour_or_on_paper_alone_is_seen(content, how, code):
    match = matched(drawn_besides(content, **how))
    assert codes(match)[0] == code
    assert (match.verdict == "same-text") is (code == "made-with")


@pytest.mark.slow
def test_a_change_between_typesetting_and_signing_is_seen(blank):
    """The first revision is honest; a second one, before anybody signs, draws over it."""
    file = parse(blank)
    number, page = next((n, body) for n, body in file.objects.items() if b"/Type/Page/" in body)
    contents = re.search(rb"/Contents (\d+ 0 R)", page)
    stream = max(file.objects) + 1
    altered = page.replace(contents.group(), b"/Contents[" + contents.group(1) + b" %d 0 R]" % stream)
    over = b"1 g 100 600 200 40 re f"
    patched = b"<</Length %d>>\nstream\n%s\nendstream" % (len(over), over)
    match = matched(updated(blank, {number: altered, stream: patched}))
    assert match.verdict == "altered"
    assert codes(match)[0] == "changed-before-signing"


@pytest.mark.slow
def test_another_document_behind_an_honest_beginning_is_seen(blank):
    """The file begins with the honest bytes, but its cross-reference leads past them."""
    other = parse(forged(example(name="真鍋 悪太郎", signer="真鍋 悪太郎"), example()))
    whole = serialize(other)
    moved = re.sub(rb"(?m)^(\d{10})( 00000 n)", lambda m: b"%010d" % (int(m[1]) + len(blank)) + m[2], whole)
    start = re.search(rb"startxref\s+(\d+)", moved)
    moved = moved.replace(start.group(), b"startxref\n%d" % (int(start.group(1)) + len(blank)))
    match = matched(blank + moved)
    assert match.verdict != "unaltered"
    assert match.verdict != "same-text"


@pytest.mark.slow
def test_data_that_the_template_refuses_did_not_fill_it():
    said = example()
    said["price"] = said["price"] | {"total": 1}
    match = matched(forged(example(), said))
    assert (match.verdict, codes(match)) == ("altered", ["data-refused"])


@pytest.mark.slow
def test_a_page_more_or_less_is_told(blank):
    match = matched(append_pages(blank, [plain_page()]))
    assert match.verdict == "altered"
    assert "page-count" in codes(match)


# --- nothing to compare with -----------------------------------------------------------------------------------


def test_a_strangers_file_and_a_strangers_template(world, signed):
    assert codes(matched(signed)) == ["no-contract"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["somebody-elses", "../real-estate-sale", "kept"])
def test_a_template_that_is_not_here_is_unknown(name):
    template = find_template(SALE)
    data = contract_json(replace(template, id=name), example())
    order = Order(filled_contract(template, example()), date(2026, 11, 21), data)
    (compiled,) = TypstSource().typeset(template, [order], fonts.font_set())
    assert codes(matched(_with_fields(template, example(), compiled).pdf)) == ["no-template"]


@pytest.mark.slow
def test_a_typesetting_that_never_ends_is_stopped(blank, monkeypatch, tmp_path):
    from signkit.validation import template_match
    from signkit.workers import WorkerPool

    pool = WorkerPool(1, seconds=5.0, memory=3 * 1024**3)
    monkeypatch.setattr(template_match, "_pool", lambda: pool)
    folder = shutil.copytree(find_template(SALE).folder, tmp_path / "endless")
    text = (folder / "contract.typ.j2").read_text(encoding="utf-8")
    (folder / "contract.typ.j2").write_text(text + "\n#{ while true { } }\n", encoding="utf-8")
    try:
        match = matched(blank, TemplateCheck(named=(folder,)))
    finally:
        pool.shutdown(cancel_futures=True)
    assert match.verdict == "unknown"
    assert "not-typeset" in codes(match)


@pytest.mark.slow
def test_the_report_holds_it_and_says_nothing_where_it_was_not_asked(blank):
    match = matched(blank)
    assert json.dumps(match.to_json())
    assert validate_pdf(blank, name="x", options=ValidationOptions(offline=True)).template_match is None


# --- what people read ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def altered_report():
    shown = example()
    shown["penalty"] = shown["penalty"] | {"percent": 20}
    options = ValidationOptions(template_check=CHECK, offline=True)
    return validate_pdf(forged(shown, example()), name="x.pdf", options=options)


@pytest.mark.slow
def test_text_and_html_say_it_in_one_sentence(altered_report, blank):
    from signkit.reporting.formats.html import HtmlWriter
    from signkit.reporting.formats.text import write_text

    text = write_text(altered_report, "ja")
    assert f"改変されています。ひな形 {SALE}" in text
    assert "10パーセント" in text
    assert "20パーセント" in text
    assert "It was ALTERED" in write_text(altered_report)
    page: list[str] = []
    writer = HtmlWriter(page.append, "ja")
    writer.add(altered_report)
    writer.finish()
    assert '<p class="v failed">改変されています。' in "".join(page)
    honest = validate_pdf(blank, name="x.pdf", options=ValidationOptions(template_check=CHECK, offline=True))
    assert "特約" in write_text(honest, "ja").splitlines()[-2]
    assert "unaltered. Free text was filled in: " in write_text(honest).splitlines()[-2]


def test_free_text_is_counted_and_not_endless():
    from signkit.reporting.formats.template_words import template_lines
    from signkit.validation.report import FreeTextItem, TemplateMatch
    from signkit.words import Text

    items = [FreeTextItem(f"a[{n}]", Text("Terms", "特約"), "x") for n in range(3)]
    items += [FreeTextItem(f"b{n}", Text(f"Item {n}", f"項目{n}"), "x") for n in range(12)]
    [sentence] = template_lines(TemplateMatch("unaltered", free_text=tuple(items), template="t 1.0.0"), "en")
    assert "Terms (3); Item 0; " in sentence
    assert sentence.endswith("and 3 more.")
    [none] = template_lines(TemplateMatch("same-text", template="t 1.0.0"), "ja")
    assert none.endswith("自由記載欄への記入はありません。")
    assert template_lines(None, "en") == []


@pytest.mark.slow
def test_an_altered_contract_is_not_as_asked_in_a_batch(altered_report, blank, tmp_path):
    from signkit.reporting.formats.csv import CsvWriter
    from signkit.reporting.formats.json import write_json
    from signkit.reporting.formats.junit import JunitWriter
    from signkit.reporting.resume import read_results

    assert not altered_report.is_as_asked
    cases: list[str] = []
    writer = JunitWriter(cases.append, "en")
    writer.add(altered_report)
    writer.finish()
    assert "template:text-differs" in "".join(cases)
    rows: list[str] = []
    CsvWriter(rows.append).add(altered_report)
    assert rows[0].splitlines()[1].endswith(",altered")
    unasked = validate_pdf(blank, name="y.pdf", options=ValidationOptions(offline=True))
    results = tmp_path / "results.jsonl"
    lines = [
        json.dumps(each.to_json(), ensure_ascii=False, separators=(",", ":")) for each in (altered_report, unasked)
    ]
    results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with results.open("rb") as stream:
        before = read_results(stream, results, template_check=True)
    assert set(before.digests) == {"x.pdf"}
    assert before.violated == {"x.pdf"}
    with results.open("rb") as stream:
        assert set(read_results(stream, results).digests) == {"x.pdf", "y.pdf"}
    assert json.loads(write_json(altered_report))["template_match"]["verdict"] == "altered"


@pytest.mark.slow
def test_the_schema_holds_what_is_said(altered_report, repository):
    from jsonschema import Draft202012Validator

    schema = json.loads((repository / "docs/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(altered_report.to_json())


@pytest.mark.slow
def test_a_word_template_is_the_same_text_at_best(repository):
    """Its contract as it is where LibreOffice is there; else what was made of its data in another way."""
    from signkit.errors import LibreOfficeMissing, MissingExtra

    template = load_template(repository / "samples/word/nda")
    data = load_contract_data(template.folder / "example.yaml")
    try:
        pdf = render_contract(template, data).pdf
        expected = {"same-text"}
    except (LibreOfficeMissing, MissingExtra):
        sale = find_template(SALE)
        order = Order(filled_contract(sale, example()), date(2026, 11, 21), contract_json(template, data))
        (compiled,) = TypstSource().typeset(sale, [order], fonts.font_set())
        pdf, expected = _with_fields(sale, example(), compiled).pdf, {"unknown"}
    match = matched(pdf, TemplateCheck(named=(template.folder,)))
    assert match.verdict in expected
    assert match.verdict != "unknown" or codes(match)[0] == "word-not-typeset"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda template: replace(template, title=Text("A gift", "贈与契約書")), "title-differ"),
        (lambda template: replace(template, parties=template.parties[:1]), "parties-differ"),
        (lambda template: replace(template, signing_order="free"), "signing-order-differ"),
    ],
)
def test_what_the_data_say_of_the_contract_is_what_the_template_says(change, code):
    match = matched(saying(change))
    assert (match.verdict, codes(match)) == ("altered", [code])


@pytest.mark.slow
def test_fields_that_no_named_party_is_to_sign_are_told_and_nothing_is_complete():
    status = contract_status(saying(lambda template: replace(template, parties=template.parties[:1])), "x.pdf", OPTIONS)
    assert status.open_fields == ("buyer", "broker")
    assert not status.all_signed
    signed = replace(status, parties=tuple(replace(each, state=PartyState.SIGNED) for each in status.parties))
    assert not signed.all_signed
    assert replace(signed, open_fields=()).all_signed


@pytest.mark.slow
def test_a_party_stands_once():
    pdf = saying(lambda template: replace(template, parties=(*template.parties, template.parties[0])))
    status = contract_status(pdf, "x.pdf", OPTIONS)
    assert status.contract is None
    assert status.contract_problem is not None
