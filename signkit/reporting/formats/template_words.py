"""Whether a contract is its template, unaltered, in words: one sentence, then what was altered."""

from __future__ import annotations

from collections import Counter

from signkit.validation.report import TemplateMatch
from signkit.words import Language, Text, printable

_MAX_TITLES = 10

_VERDICTS = {
    "unaltered": Text(
        "Every clause is as in the template {template}, unaltered.",
        "条項はひな形 {template} のとおりで、改変はありません。",
    ),
    "same-text": Text(
        "Text and looks of every page are those of the template {template}.",
        "各ページの文字と見た目は、ひな形 {template} のとおりです。",
    ),
    "altered": Text(
        "It was ALTERED: the template {template} and its data do not make this contract.",
        "改変されています。ひな形 {template} と契約データからは、この契約書はできません。",
    ),
    "unknown": Text(
        "Whether its clauses are those of a known template cannot be told.",
        "条項が既知のひな形のとおりかどうか、判定できません。",
    ),
}
_FREE = Text(" Free text was filled in: {titles}.", "自由記載欄への記入: {titles}。")
_NO_FREE = Text(" No free text was filled in.", "自由記載欄への記入はありません。")
_MORE = Text("{titles} and {count} more", "{titles} ほか {count} 件")


def template_lines(match: TemplateMatch | None, language: Language) -> list[str]:
    """Return the sentence, and a line for each reason; nothing where it was not asked."""
    if match is None:
        return []
    sentence = _VERDICTS[match.verdict].in_language(language, template=match.template or "?")
    if match.verdict in ("unaltered", "same-text"):
        sentence += _free_text(match, language)
    return [sentence, *(f"- {printable(reason.text.in_language(language), '')}" for reason in match.reasons)]


def _free_text(match: TemplateMatch, language: Language) -> str:
    """Name the items of free text: of them "unaltered" does not speak."""
    if not match.free_text:
        return _NO_FREE.in_language(language)
    counts = Counter(item.title.in_language(language) for item in match.free_text)
    titles = [f"{title} ({count})" if count > 1 else title for title, count in counts.items()]
    shown = ("、" if language == "ja" else "; ").join(titles[:_MAX_TITLES])
    if len(titles) > _MAX_TITLES:
        shown = _MORE.in_language(language, titles=shown, count=len(titles) - _MAX_TITLES)
    return _FREE.in_language(language, titles=shown)
