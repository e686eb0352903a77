"""Printable A4 pages in the contracts' house style, made of texts that may come from anywhere.

Every value stands in the source as escapes alone, is bounded in length, and holds nothing that the fonts cannot draw:
a name out of a stranger's file must neither become markup nor stop the page from being made.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from signkit.contracts.characters import refused_characters
from signkit.contracts.escaping import string_literal
from signkit.contracts.fonts import FontSet, font_set, missing_glyphs
from signkit.contracts.signature_fields import FieldDescription, add_signature_fields
from signkit.contracts.typesetting import prelude, typeset
from signkit.japan_time import JST
from signkit.words import Language, Text

#: What stands for a character that cannot be drawn (geta, the printers' own sign for it).
_GETA = "〓"
_MAX_VALUE = 300


@dataclass(frozen=True)
class Enclosed:
    """A text file to embed in a sheet."""

    name: str
    media_type: str
    description: str
    content: bytes


@dataclass(frozen=True)
class Sheet:
    """One document to be: the words of SignKit in one language, values from files.

    Attributes:
        day: the document's date.
        files: texts to embed.
        fields: what is written in the signature fields of ``signing_block``, by role.
    """

    title: str
    language: Language
    day: date
    body: str
    fonts: FontSet = field(default_factory=font_set)
    files: tuple[Enclosed, ...] = ()
    fields: Mapping[str, FieldDescription] = field(default_factory=dict)

    def pdf(self) -> bytes:
        """Return the sheet as PDF/A-3b; the same sheet gives the same bytes.

        Raises:
            ContractError("typesetting-failed"): the typesetter refuses it.
        """
        embedded = "".join(
            f'#pdf.attach({string_literal(each.name)}, relationship: "data", '
            f"mime-type: {string_literal(each.media_type)}, description: {string_literal(each.description)})\n"
            for each in self.files
        )
        compiled = typeset(
            prelude(self.title, self.language, self.fonts) + _STYLE + embedded + self.body,
            name=self.title,
            day=self.day,
            files={each.name: each.content for each in self.files},
            fonts=self.fonts,
        )
        return add_signature_fields(compiled, self.fields)[0] if self.fields else compiled


def markup_of(value: str, fonts: FontSet, limit: int = _MAX_VALUE) -> str:
    """Return ``value`` as Typst markup that prints it, as far as it can be drawn, on one line of thought."""
    return f"#{string_literal(drawable(value, fonts, limit))};"


def drawable(value: str, fonts: FontSet, limit: int = _MAX_VALUE) -> str:
    """Return ``value`` with a geta for whatever a reader would not see, shortened to ``limit`` characters."""
    text = unicodedata.normalize("NFC", value[: limit + 1])
    text = f"{text[: limit - 1]}…" if len(text) > limit else text
    for cluster in (*refused_characters(text), "\n", *missing_glyphs(text, fonts)):
        text = text.replace(cluster, _GETA)
    return text


def words(text: Text, language: Language, **facts: object) -> str:
    """Return SignKit's own words as markup; they hold no value of a file."""
    return f"#{string_literal(text.in_language(language, **facts))};"


def facts_table(rows: Iterable[tuple[str, str]]) -> str:
    """Return a table of labels and values, both markup."""
    return "#facts(label-width: 36mm)" + "".join(f"[{label}][{value}]" for label, value in rows) + "\n"


def digest(sha256: str) -> str:
    """Return a digest as markup: one line, so that it can be searched for and compared."""
    return f"#text(font: signkit.heading, size: 8pt, {string_literal(sha256[:64])});"


def moment(when: datetime) -> str:
    """Return a time as it is in Japan; the page says so."""
    return f"{when.astimezone(JST):%Y-%m-%d %H:%M:%S}"


def signing_block(role: str, label: Text, language: Language, width: str = "75mm") -> str:
    """Return an empty signature field with its caption, as markup; ``role`` must be in the sheet's ``fields``."""
    caption = string_literal(label.in_language(language))
    return f"#signkit-signing-block({string_literal(role)}, {caption}, {width}, 22mm)\n"


def bullet_list(entries: Iterable[str]) -> str:
    """Return a list of markup entries."""
    return "".join(f"- {entry}\n" for entry in entries)


_STYLE = """\
#set page(margin: (x: 23mm, top: 18mm, bottom: 20mm))
#set text(size: 9.5pt)
#set par(leading: 0.72em)
#set table(inset: (x: 6pt, y: 5pt))
#show heading.where(level: 1): set block(below: 5mm)
#show heading.where(level: 2): set block(above: 6mm, below: 3mm)
#set list(marker: ([・], [–]), indent: 0em, body-indent: 0.5em, spacing: 0.7em)
#let small(body) = text(size: 8pt, fill: luma(25%), body)
#let warning(title, body) = block(
  width: 100%, inset: 7pt, radius: 2pt, stroke: 1.2pt + rgb("#b00020"), above: 3mm, below: 3mm,
  align(center, text(font: signkit.heading, size: 20pt, fill: rgb("#b00020"), title))
    + align(center, text(size: 9pt, body)),
)
"""
