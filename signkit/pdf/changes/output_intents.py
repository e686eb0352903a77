"""Output intents that come later (ISO 32000-2 14.11.5): sRGB, which changes no colour, as DSS enters it with a picture.

mupdf takes the profile of an output intent for all colours that name none of their own; of sRGB it does so anyway.
"""

from __future__ import annotations

from collections.abc import Iterator

from signkit.pdf.changes.colour_profiles import is_srgb
from signkit.pdf.changes.context import Context
from signkit.pdf.changes.role_rules import breach
from signkit.pdf.changes.values import Change, ChangePlace, Gravity
from signkit.pdf.reading.document import View
from signkit.pdf.reading.syntax import Stream, Value

#: Table 401: what an output intent may say; /MixingHints and the like would steer colours.
_ENTRIES = {
    "/Type", "/S", "/OutputCondition", "/OutputConditionIdentifier", "/RegistryName", "/Info", "/DestOutputProfile",
}  # fmt: skip


def output_intent_changes(context: Context, one: Value, other: Value) -> Iterator[Change]:
    """Hold the output intents of two catalogs against each other."""
    if context.equality.same_drawn(one, other):
        return
    found = context.new.resolve(other)
    intents = found if isinstance(found, list) else []
    if context.old.resolve(one) is None and intents and all(_is_plain(context.new, each) for each in intents):
        context.cover(one, other)
        yield Change(Gravity.FORM, "metadata", "/OutputIntents")
        return
    number = context.number(context.new.trailer.get("/Root"))
    yield from breach("catalog", "/OutputIntents", at=ChangePlace(number=number))


def _is_plain(view: View, intent: Value) -> bool:
    entries = view.resolve(intent)
    # 14.11.5: that of PDF/A; one of PDF/X has Acrobat simulate overprinting.
    if not isinstance(entries, dict) or not entries.keys() <= _ENTRIES or entries.get("/S") != "/GTS_PDFA1":
        return False
    profile = view.resolve(entries.get("/DestOutputProfile"))
    return (
        isinstance(profile, Stream)
        and view.resolve(profile.entries.get("/N")) == 3
        and "/Alternate" not in profile.entries
        and is_srgb(view.file.decode_stream(profile, view))
    )
