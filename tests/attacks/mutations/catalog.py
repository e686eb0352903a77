"""The catalog and what hangs from it: actions, names, outlines, layers, structure, metadata; fonts; encryption."""

from __future__ import annotations

from tests.attacks import shapes, syntax
from tests.attacks.doc import Absent
from tests.attacks.mutations.attack import Attack, mutation
from tests.attacks.syntax import reference

CATALOG, STRUCTURE, LAYERS, METADATA, FONTS, SECRETS = (
    "catalog",
    "structure",
    "layers",
    "metadata",
    "fonts and resources",
    "encryption",
)


@mutation(CATALOG, forbidden=True)
def action_on_opening(attack: Attack) -> None:
    actions = (
        b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
        b"<< /S /URI /URI (http://x.example) >>",
        b"<< /S /Hide /T (note) >>",
        b"<< /S /SetOCGState /State [/OFF] >>",
        b"[%d 0 R /XYZ 0 0 9]" % attack.doc.pages[-1],
    )
    attack.change(attack.doc.root, {b"/OpenAction": attack.choose(*actions)})


@mutation(CATALOG, forbidden=True)
def more_actions(attack: Attack) -> None:
    attack.change(attack.choose(attack.doc.root, attack.page()), {b"/AA": b"<< /WP << /S /JavaScript /JS (1) >> >>"})


@mutation(CATALOG)
def preferences(attack: Attack) -> None:
    entries = (
        (b"/ViewerPreferences", b"<< /HideToolbar true /PrintArea /ArtBox >>"), (b"/PageLayout",
        b"/TwoColumnLeft"), (b"/PageMode", b"/FullScreen"),
        (b"/Version", b"/2.0"), (b"/Version", b"/1.3"), (b"/Lang", b"(fr)"), (b"/URI",
        b"<< /Base (http://x.example) >>"), (b"/NeedsRendering", b"true"),
        (b"/Extensions", b"<< /ADBE << /BaseVersion /1.7 /ExtensionLevel 8 >> >>"), (b"/Collection",
        b"<< /View /T >>"), (b"/OutputIntents", b"[]"),
        (b"/Perms", b"<< >>"), (b"/Legal", b"<< >>"), (b"/Requirements", b"[]"), (b"/SpiderInfo", b"<< >>"),
        (b"/PieceInfo", b"<< >>"), (b"/Threads", b"[]"),
        (b"/MarkInfo", b"<< /Marked false >>"), (b"/AF", b"[]"), (b"/DPartRoot", b"<< >>"), (b"/XX", b"1"),
        (b"/Type", b"/Catalogue"),
    )  # fmt: skip
    attack.change(attack.doc.root, dict([attack.choose(*entries)]))


@mutation(CATALOG, forbidden=True)
def names(attack: Attack) -> None:
    trees = (
        b"<< /Dests << /Names [(terms) [%d 0 R /Fit]] >> >>",
        b"<< /JavaScript << /Names [(a) << /S /JavaScript /JS (1) >>] >> >>",
        b"<< /Templates << /Names [(t) %d 0 R] >> >>",
        b"<< /AP << /Names [(p) %d 0 R] >> >>",
    )
    tree = attack.choose(*trees)
    attack.change(attack.doc.root, {b"/Names": tree % attack.doc.pages[-1] if b"%d" in tree else tree})


@mutation(CATALOG, forbidden=True)
def destinations(attack: Attack) -> None:
    attack.change(attack.doc.root, {b"/Dests": b"<< /terms [%d 0 R /Fit] >>" % attack.doc.pages[-1]})


@mutation(CATALOG, forbidden=True)
def outlines(attack: Attack) -> None:
    number = syntax.number_of(attack.entries(attack.doc.root).get(b"/Outlines"))
    if number is None:
        item = attack.add(b"<< /Title (Pay 999) >>")
        number = attack.add(b"<< /First %d 0 R /Last %d 0 R /Count 1 >>" % (item, item))
        attack.change(attack.doc.root, {b"/Outlines": reference(number)})
        return
    first = syntax.number_of(attack.entries(number).get(b"/First"))
    if first is None:
        raise Absent("an outline")
    attack.change(
        first,
        attack.choose(
            {b"/Title": b"(Pay 999)"},
            {b"/A": b"<< /S /URI /URI (http://x.example) >>"},
            {b"/Dest": b"[%d 0 R /Fit]" % attack.doc.pages[-1]},
        ),
    )


@mutation(CATALOG, forbidden=True)
def page_labels(attack: Attack) -> None:
    attack.change(attack.doc.root, {b"/PageLabels": b"<< /Nums [0 << /S /R /P (Annex ) >>] >>"})


@mutation(CATALOG, forbidden=True)
def attachment(attack: Attack) -> None:
    data = attack.add(syntax.stream({b"/Type": b"/EmbeddedFile"}, b"price: 999"))
    spec = attack.add(b"<< /Type /Filespec /F (contract.json) /UF (contract.json) /EF << /F %d 0 R >> >>" % data)
    attack.change(
        attack.doc.root,
        {
            attack.choose(b"/AF", b"/Names"): attack.choose(
                b"[%d 0 R]" % spec, b"<< /EmbeddedFiles << /Names [(c) %d 0 R] >> >>" % spec
            )
        },
    )


@mutation(CATALOG)
def catalog_entry_beside_another_change(attack: Attack) -> None:
    attack.write(attack.evil())
    attack.change(attack.doc.root, {b"/Version": b"/1.7"})


@mutation(STRUCTURE, forbidden=True)
def structure_words(attack: Attack) -> None:
    found = attack.doc.typed(b"/StructElem")
    attack.change(
        attack.random.choice(found), {attack.choose(b"/ActualText", b"/Alt", b"/E", b"/T", b"/Lang"): b"(Pay 999 yen)"}
    )


@mutation(STRUCTURE, forbidden=True)
def structure_order(attack: Attack) -> None:
    found = [n for n in attack.doc.typed(b"/StructElem") if attack.entries(n).get(b"/K", b"").startswith(b"[")]
    if not found:
        raise Absent("an element with kids")
    number = attack.random.choice(found)
    kids = syntax.items(attack.entries(number)[b"/K"])
    orders = [kids[1:], [*kids, b"null"], *([kids[::-1]] if len(kids) > 1 else [])]
    attack.change(number, {b"/K": b"[" + b" ".join(attack.choose(*orders)) + b"]"})


@mutation(STRUCTURE, forbidden=True)
def structure_added(attack: Attack) -> None:
    parent = attack.random.choice(attack.doc.typed(b"/StructElem"))
    number = attack.add(b"<< /Type /StructElem /S /P /P %d 0 R /ActualText (Pay 999 yen) >>" % parent)
    kids = attack.entries(parent).get(b"/K", b"").strip(b"[]")
    attack.change(parent, {b"/K": b"[" + kids + b" %d 0 R]" % number})


@mutation(STRUCTURE, forbidden=True)
def structure_that_a_search_misses(attack: Attack) -> None:
    """The numbers by which elements are found, out of order or outside of their limits."""
    root = syntax.number_of(attack.entries(attack.doc.root).get(b"/StructTreeRoot"))
    tree = syntax.number_of(attack.entries(root).get(b"/ParentTree")) if root is not None else None
    pairs = syntax.items(attack.entries(tree).get(b"/Nums", b"[]")) if tree is not None else []
    if root is None or len(pairs) < 4:
        raise Absent("elements found by number")
    turned = b"[" + b" ".join([*pairs[-2:], *pairs[:-2]]) + b"]"
    leaf = attack.add(b"<< /Limits [90 99] /Nums [" + b" ".join(pairs) + b"] >>")
    found = attack.choose(b"<< /Nums %s >>" % turned, b"<< /Kids [%d 0 R] >>" % leaf)
    attack.change(root, {b"/ParentTree": b"%d 0 R" % attack.add(found)})


@mutation(STRUCTURE)
def structure_kind(attack: Attack) -> None:
    root = syntax.number_of(attack.entries(attack.doc.root).get(b"/StructTreeRoot"))
    if root is None:
        raise Absent("a structure")
    attack.change(
        root,
        attack.choose(
            {b"/RoleMap": b"<< /P /Artifact >>"},
            {b"/ClassMap": b"<< >>"},
            {b"/K": b"null"},
            {b"/ParentTree": b"<< /Nums [] >>"},
            {b"/IDTree": b"<< >>"},
        ),
    )


@mutation(STRUCTURE)
def structure_with_changed_contents(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/StructElem"))
    attack.put(number, attack.body(number))
    attack.write(attack.evil())


@mutation(LAYERS)
def layers_switched(attack: Attack) -> None:
    layers = attack.doc.typed(b"/OCG")
    listed = b" ".join(map(reference, layers))
    settings = (
        b"/ON [] /OFF [%s]",
        b"/ON [%s] /OFF []",
        b"/BaseState /OFF /ON [] /X [%s]",
        b"/AS [<< /Event /View /Category [/View] /OCGs [%s] >>]",
        b"/Intent /Design /OFF [%s]",
    )
    attack.change(
        attack.doc.root,
        {b"/OCProperties": b"<< /OCGs [" + listed + b"] /D << " + attack.choose(*settings) % listed + b" >> >>"},
    )


@mutation(LAYERS)
def layer_usage(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/OCG"))
    attack.change(
        number, {b"/Usage": b"<< /View << /ViewState /OFF >> /Print << /PrintState /OFF >> >>", b"/Intent": b"/Design"}
    )


@mutation(LAYERS)
def layers_forgotten(attack: Attack) -> None:
    attack.doc.typed(b"/OCG")
    attack.change(
        attack.doc.root, attack.choose({b"/OCProperties": b"null"}, {b"/OCProperties": b"<< /OCGs [] /D << >> >>"})
    )


@mutation(LAYERS)
def layer_that_is_a_membership(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/OCG"))
    attack.put(number, b"<< /Type /OCMD /OCGs [] /P /AllOff >>")


@mutation(LAYERS)
def layers_where_there_were_none(attack: Attack) -> None:
    page = attack.page()
    content = attack.doc.contents(page)
    layer = attack.add(b"<< /Type /OCG /Name (x) >>")
    attack.change(attack.doc.root, {b"/OCProperties": b"<< /OCGs [%d 0 R] /D << /OFF [%d 0 R] >> >>" % (layer, layer)})
    for number in attack.doc.resource(page, b"/XObject"):
        attack.change(number, {b"/OC": reference(layer)})
    attack.change(content, {b"/OC": reference(layer)})


@mutation(METADATA)
def info(attack: Attack) -> None:
    number = attack.add(b"<< /Title (Pay 999 yen) /Author (Mallory) >>")
    attack.revision.table.trailer[b"/Info"] = reference(number)


@mutation(METADATA)
def metadata_stream(attack: Attack) -> None:
    number = attack.add(
        syntax.stream(
            {b"/Type": b"/Metadata", b"/Subtype": b"/XML"}, b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>999</x:xmpmeta>"
        )
    )
    attack.change(attack.doc.root, {b"/Metadata": reference(number)})


@mutation(METADATA)
def metadata_beside_another_change(attack: Attack) -> None:
    attack.write(attack.evil())
    info(attack)


@mutation(METADATA)
def info_that_is_another_part(attack: Attack) -> None:
    number = attack.choose(attack.page(), attack.doc.page_root, attack.doc.contents(attack.page()))
    for at, body in attack.evil():
        attack.put(at, body)
    attack.revision.table.trailer[b"/Info"] = reference(number)


@mutation(FONTS)
def font_exchanged(attack: Attack) -> None:
    number = attack.random.choice(attack.doc.typed(b"/Font"))
    entries = (
        {b"/BaseFont": b"/Symbol"}, {b"/BaseFont": b"/ZapfDingbats"},
        {b"/Encoding": b"<< /Differences [48 /nine /nine /nine] >>"},
        {b"/Widths": b"[0 0]"},
        {b"/Encoding": b"<< /Differences [65 /two /one] >>"}, {b"/FontMatrix": b"[0.003 0 0 0.003 0 0]"},
        {b"/FirstChar": b"66"}, {b"/Subtype": b"/Type0"},
    )  # fmt: skip
    attack.change(number, attack.choose(*entries))


@mutation(FONTS, forbidden=True)
def words_of_a_font(attack: Attack) -> None:
    found = [n for n in attack.doc.typed(b"/Font") if b"/ToUnicode" in attack.entries(n)]
    if not found:
        raise Absent("a font with /ToUnicode")
    number = syntax.number_of(attack.entries(found[0])[b"/ToUnicode"])
    assert number is not None
    attack.put(
        number,
        syntax.stream({}, b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <41> <0039> endbfchar"),
    )


@mutation(FONTS)
def glyph_exchanged(attack: Attack) -> None:
    found = [n for n in attack.doc.typed(b"/Font") if b"/CharProcs" in attack.entries(n)]
    if not found:
        raise Absent("a font of the document's own")
    glyphs = syntax.entries(attack.entries(found[0])[b"/CharProcs"])
    one, two = (syntax.number_of(value) for value in list(glyphs.values())[:2])
    assert one is not None
    assert two is not None
    attack.put(one, attack.body(two))


@mutation(FONTS)
def resource_of_a_name(attack: Attack) -> None:
    """The page keeps its content; the names in it come to mean something else."""
    page = attack.page()
    font = attack.add(b"<< /Type /Font /Subtype /Type1 /BaseFont /Symbol >>")
    resources = attack.doc.resources(page) | {b"/Font": b"<< /F1 %d 0 R >>" % font}
    attack.change(
        page,
        {
            b"/Resources": attack.choose(
                syntax.dictionary(resources), b"<< >>", b"null", reference(attack.add(syntax.dictionary(resources)))
            )
        },
    )


@mutation(FONTS)
def picture_exchanged(attack: Attack) -> None:
    found = attack.doc.resource(attack.page(), b"/XObject")
    if not found:
        raise Absent("pictures")
    attack.change(
        attack.random.choice(found),
        attack.choose(
            {b"/Width": b"6"},
            {b"/Decode": b"[1 0]"},
            {b"/Matrix": b"[0.5 0 0 0.5 0 0]"},
            {b"/BBox": b"[0 0 10 10]"},
            {b"/ImageMask": b"true"},
            {b"/SMask": b"9999 0 R"},
            {b"/Subtype": b"/PS"},
        ),
    )


@mutation(FONTS)
def content_written_over(attack: Attack) -> None:
    attack.write(attack.evil_content())


@mutation(FONTS)
def content_that_is_the_looks(attack: Attack) -> None:
    """The page's content becomes what a widget shows, and the other way round."""
    widget = attack.random.choice(attack.doc.drawn_annotations())
    content = attack.doc.contents(attack.page())
    attack.change(attack.page(), {b"/Contents": reference(attack.doc.appearance(widget))})
    attack.change(widget, {b"/AP": b"<< /N %d 0 R >>" % content})


def _secret(attack: Attack) -> None:
    if attack.base.crypt is None:
        raise Absent("encryption")


@mutation(SECRETS)
def stream_in_the_clear(attack: Attack) -> None:
    """The stream says that it is not encrypted, or is written plain in an encrypted file."""
    _secret(attack)
    number, evil = attack.evil_content()[0]
    said = {
        b"/Filter": attack.choose(b"/Crypt", b"[/Crypt]"),
        b"/DecodeParms": attack.choose(
            b"<< /Name /Identity >>", b"[<< /Type /CryptFilterDecodeParms /Name /Identity >>]"
        ),
    }
    attack.put(number, syntax.stream(said, syntax.data(evil) or b""))


@mutation(SECRETS)
def plain_where_secret_is_expected(attack: Attack) -> None:
    _secret(attack)
    number, evil = attack.evil_content()[0]
    attack.put(number, evil)
    if attack.random.random() < 0.5:
        attack.revision.crypt = None


@mutation(SECRETS)
def encryption_dictionary(attack: Attack) -> None:
    _secret(attack)
    number = syntax.number_of(attack.revision.trailer.get(b"/Encrypt"))
    if number is None:
        raise Absent("an encryption dictionary")
    attack.plant()
    entries = (
        {b"/P": b"-1"},
        {b"/Length": b"40"},
        {b"/EncryptMetadata": b"false"},
        {b"/StmF": b"/Identity"},
        {b"/StrF": b"/Identity"},
        {b"/V": b"4"},
        {b"/CF": b"<< >>"},
    )
    attack.change(number, attack.choose(*entries))


@mutation(SECRETS)
def encryption_gone_or_new(attack: Attack) -> None:
    attack.plant()
    table = attack.revision.table
    if attack.base.crypt is not None:
        table.dropped, attack.revision.crypt = (b"/Encrypt",), attack.choose(None, attack.base.crypt)
    else:
        table.trailer[b"/Encrypt"] = attack.choose(
            b"null", b"<< >>", b"9999 0 R", b"<< /Filter /XX /V 1 >>", b"<< /Filter /Standard /V 0 /R 0 >>"
        )


@mutation(SECRETS)
def other_identifier(attack: Attack) -> None:
    _secret(attack)
    attack.plant()
    attack.revision.table.trailer[b"/ID"] = attack.choose(
        b"[<00> <01>]", b"[()]", b"null", b"[<%s> <00>]" % shapes.IDENTIFIER.hex().encode()
    )
