"""One file's part of the HTML report: the verdict, who signed, what to do, pictures; the rest folded away."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from signkit.jpki.company import CompanyRegistration
from signkit.preview import SignaturePage
from signkit.reporting.change_pictures import ChangedPage
from signkit.reporting.formats import html_words as said
from signkit.reporting.formats import report_wording
from signkit.reporting.formats.report_wording import say, say_level, say_term
from signkit.reporting.formats.template_words import template_lines
from signkit.reporting.formats.text import findings, next_lines, signer_name, verdict_words
from signkit.reporting.formats.times import local_time
from signkit.reporting.pictures import Pictures
from signkit.reporting.summary import caveats, is_by_other_person, verdict_sentence
from signkit.validation.profile import ProfileReport, RequirementReport
from signkit.validation.report import (
    ContractParty,
    Reason,
    Report,
    ServiceReport,
    SignatureReport,
    TimestampReport,
    Verdict,
)
from signkit.words import Language, Text, printable

_CLASSES = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.INDETERMINATE: "open"}
_MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INDETERMINATE: "?"}
_TEMPLATE_CLASSES = {"unaltered": "passed", "same-text": "passed", "altered": "failed", "unknown": "open"}

#: Caveats have said it already.
_SAID_ABOVE = ("rehearsal",)

_MAX_PLACES = 4

_Facts = list[tuple[str, str | None]]


def css_class(verdict: Verdict) -> str:
    """Return the class that gives a verdict its colour."""
    return _CLASSES.get(verdict, "other")


def css_class_of(report: Report) -> str:
    """Return the colour of a file: not the good one where something grave stands beside its verdict."""
    grave = any(caveat.grave for caveat in caveats(report))
    return "open" if grave and report.verdict is Verdict.PASSED else css_class(report.verdict)


def safe(value: str) -> str:
    """Escape, and show control characters (also those that turn the direction of writing) as what they are."""
    return escape(printable(value))


def heading_of(report: Report, language: Language) -> str:
    """Return what people call the file: the contract's title, else the file's name."""
    title = report.contract.title if report.contract is not None else None
    return title.in_language(language) if title is not None else report.file


def write_section(report: Report, pictures: Pictures, language: Language, *, number: int) -> str:
    """Return the section of one file, the ``number``-th of the report."""
    return "".join(_Section(report, pictures, language).parts(number))


class _Section:
    """One file on its way into the page."""

    def __init__(self, report: Report, pictures: Pictures, language: Language) -> None:
        self._report, self._pictures, self._language = report, pictures, language

    def _say(self, text: Text, **facts: object) -> str:
        return safe(text.in_language(self._language, **facts))

    def parts(self, number: int) -> Iterator[str]:
        report = self._report
        heading = heading_of(report, self._language)
        css = css_class_of(report) + (" pictured" if self._pictures.pages else "")
        yield f'<section class="file {css}" id="file-{number}">\n<h2>{safe(heading)}</h2>\n'
        if heading != report.file:
            yield f'<p class="name">{safe(report.file)}</p>\n'
        yield self._verdict()
        yield from self._caveats()
        yield self._next()
        yield self._parties()
        yield self._facts()
        yield self._why()
        yield self._template()
        yield from self._changes()
        yield from self._pages()
        yield from self._details()
        yield f'<p class="back"><a href="#index">{self._say(said.BACK)}</a></p>\n</section>\n'

    # --- what everybody reads ----------------------------------------------------------------------------

    def _verdict(self) -> str:
        verdict = self._report.verdict
        words = safe(say(report_wording.VERDICTS, verdict, self._language))
        sentence = self._say(verdict_sentence(self._report))
        mark = "!" if css_class_of(self._report) != css_class(verdict) else _MARKS.get(verdict, "!")
        return f'<p class="verdict"><strong>{mark} {words}</strong> {sentence}</p>\n'

    def _caveats(self) -> Iterator[str]:
        for caveat in caveats(self._report):
            css = "caveat failed" if caveat.grave else "caveat"
            yield f'<p class="{css}">{self._say(caveat.text)}</p>\n'

    def _next(self) -> str:
        lines = next_lines(self._report, self._language)
        items = "".join(f"<li>{safe(line)}</li>\n" for line in lines)
        return f'<div class="next"><h3>{self._say(said.NEXT)}</h3>\n<ul>\n{items}</ul></div>\n' if items else ""

    def _parties(self) -> str:
        rows = "".join(self._party_rows())
        if not rows:
            return ""
        heads = "".join(f'<th scope="col">{self._say(column)}</th>' for column in said.PARTY_COLUMNS)
        note = "" if self._report.contract is None else f'<p class="note">{self._say(said.FROM_DATA)}</p>\n'
        return (
            f'<h3>{self._say(said.PARTIES)}</h3>\n<table class="who">\n<thead><tr>{heads}</tr></thead>\n'
            f"<tbody>\n{rows}</tbody>\n</table>\n{note}"
        )

    def _party_rows(self) -> Iterator[str]:
        """The contract's parties in its order, with their signatures; then the signatures of everybody else."""
        by_field = {item.field: item for item in self._report.signatures}
        parties = self._report.contract.parties if self._report.contract is not None else ()
        for party in parties:
            yield self._party_row(party.label.in_language(self._language), by_field.get(party.role))
        roles = {party.role for party in parties}
        for item in self._report.signatures:
            if item.field not in roles:
                yield self._party_row(item.field or "—", item)

    def _party_row(self, role: str, item: SignatureReport | None) -> str:
        _, _, signature, claimed, proven = (self._say(column) for column in said.PARTY_COLUMNS)
        if item is None:
            state, css = self._say(said.NO_SIGNATURE), "other"
        elif is_by_other_person(item):
            state, css = self._say(said.OTHER_PERSON), "failed"
        else:
            state, css = safe(say(report_wording.VERDICTS, item.verdict, self._language)), css_class(item.verdict)
        times = "".join(
            f'<td data-label="{label}">{safe(_time(moment) or "—")}</td>'
            for label, moment in (
                (claimed, item.claimed_time if item else None),
                (proven, item.best_time if item else None),
            )
        )
        return (
            f'<tr><th scope="row">{safe(role)}</th><td>{safe(self._name(item))}</td>'
            f'<td class="v {css}" data-label="{signature}">{state}</td>{times}</tr>\n'
        )

    def _name(self, item: SignatureReport | None) -> str:
        """Who signed: the party, where page and certificate say so; whom the data alone name is told of nobody."""
        if item is None:
            return "—"
        named = item.party is not None and item.party_match is not None and item.party_match.verdict == "match"
        return item.party.name if named and item.party else signer_name(item, self._language)

    def _why(self) -> str:
        """What speaks against a pass, signature by signature; where nothing does, it is folded with the rest."""
        lines = [safe(reason.text.in_language(self._language)) for reason in self._report.reasons]
        judged: list[SignatureReport | TimestampReport] = [*self._report.signatures, *self._report.document_timestamps]
        texts: dict[str, list[str]] = {}
        for item in judged:
            told = () if item.verdict is Verdict.PASSED else item.reasons
            for reason in (each for each in told if each.code not in _SAID_ABOVE):
                texts.setdefault(reason.text.in_language(self._language), []).append(self._short(item))
        for text, places in texts.items():
            where = "" if len(places) == len(judged) else f"{self._bullets(places)}: "
            lines.append(where + safe(text))
        if not lines or self._report.verdict is Verdict.NOT_SIGNED:
            return ""
        items = "".join(f"<li>{line}</li>\n" for line in dict.fromkeys(lines))
        return f'<h3>{self._say(said.WHY)}</h3>\n<ul class="findings">\n{items}</ul>\n'

    def _bullets(self, places: Iterable[str]) -> str:
        """Name the first few."""
        names = list(dict.fromkeys(places))
        listed = ("、" if self._language == "ja" else ", ").join(names[:_MAX_PLACES])
        if len(names) <= _MAX_PLACES:
            return safe(listed)
        return self._say(said.AND_MORE, places=listed, count=len(names) - _MAX_PLACES)

    def _short(self, item: SignatureReport | TimestampReport) -> str:
        """Whose signature it is, in a word or two."""
        if isinstance(item, TimestampReport):
            return said.LABELS["stamp"].in_language(self._language)
        party = self._party(item.field)
        return party.label.in_language(self._language) if party else item.field or signer_name(item, self._language)

    def _party(self, field: str | None) -> ContractParty | None:
        parties = self._report.contract.parties if self._report.contract is not None else ()
        return next((party for party in parties if party.role == field), None)

    def _template(self) -> str:
        match = self._report.template_match
        if match is None:
            return ""
        sentence, *reasons = template_lines(match, self._language)
        items = "".join(f"<li>{safe(line.removeprefix('- '))}</li>\n" for line in reasons)
        listed = f'<ul class="findings">\n{items}</ul>\n' if items else ""
        title = f"<h3>{self._say(said.TEMPLATE)}</h3>\n"
        return f'{title}<p class="v {_TEMPLATE_CLASSES[match.verdict]}">{safe(sentence)}</p>\n{listed}'

    def _facts(self) -> str:
        report = self._report
        policy = say(report_wording.POLICIES, report.policy, self._language)
        words = self._say(said.FACTS, time=_time(report.validation_time), policy=policy)
        digest = f"<br>{self._say(said.LABELS['sha256'])}: {safe(report.sha256)}" if report.sha256 else ""
        return f'<p class="facts">{words}{digest}</p>\n'

    # --- pictures ----------------------------------------------------------------------------------------

    def _changes(self) -> Iterator[str]:
        since, changes = self._pictures.since, self._pictures.changes
        if since is None:
            return
        permitted = since.changes_permitted is True
        title = self._say(said.CHANGES_PERMITTED if permitted else said.CHANGES, who=self._short(since))
        if changes.pages:
            body = "".join(self._pair(page) for page in changes.pages)
            body += f'<p class="note">{self._say(said.MORE_CHANGES)}</p>\n' if changes.more else ""
        else:
            body = f'<p class="note">{self._say(self._why_no_changes(since))}</p>\n'
        if permitted:
            yield f"<details><summary>{title}</summary>\n{body}</details>\n"
        else:
            yield f"<h3>{title}</h3>\n{body}"

    def _why_no_changes(self, since: SignatureReport) -> Text:
        if self._pictures.changes_missing is not None:
            return said.MISSING[self._pictures.changes_missing]
        return said.NO_OLDER_STATE if since.intact is False else said.NO_DIFFERENCE

    def _pair(self, page: ChangedPage) -> str:
        caption = self._say(said.CHANGED_PAGE, page=page.number)
        sides = self._side(said.BEFORE, page.before, caption) + self._side(said.AFTER, page.after, caption)
        return f'<figure><div class="pair">\n{sides}</div><figcaption>{caption}</figcaption></figure>\n'

    def _side(self, title: Text, png: bytes | None, caption: str) -> str:
        words = self._say(title)
        return f"<div><p>{words}</p>{self._image(png, f'{caption} {words}')}</div>\n"

    def _image(self, png: bytes | None, words: str) -> str:
        if png is None:
            return f'<p class="note">{self._say(said.PAGE_GONE)}</p>'
        return f'<img alt="{words}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'

    def _pages(self) -> Iterator[str]:
        if self._pictures.pages:
            yield f"<h3>{self._say(said.PAGES)}</h3>\n"
            yield from map(self._page, self._pictures.pages)
            yield f'<p class="note">{self._say(said.CONTAINS_CONTRACT)}<br>{self._say(said.ILLUSTRATION)}</p>\n'
        if self._pictures.missing:
            yield f'<p class="note">{self._say(said.MISSING[self._pictures.missing])}</p>\n'

    def _page(self, page: SignaturePage) -> str:
        fields = ", ".join(f"{number} = {self._field(name)}" for number, name in enumerate(page.fields, 1))
        words = self._say(said.PAGE, page=page.page + 1, fields=fields)
        return f'<figure class="page">{self._image(page.png, words)}<figcaption>{words}</figcaption></figure>\n'

    def _field(self, name: str) -> str:
        party = self._party(name)
        words = said.FIELD.filled(field=name or "?") if party is None else said.FIELD_OF.filled(party=party.label)
        return words.in_language(self._language)

    # --- what is folded ----------------------------------------------------------------------------------

    def _details(self) -> Iterator[str]:
        yield f'<div class="details">\n<h3>{self._say(said.DETAILS)}</h3>\n'
        yield f'<p class="note">{self._say(said.FOLDED)}</p>\n'
        for item in self._report.signatures:
            yield self._fold(signer_name(item, self._language), item.verdict, self._signature_body(item))
        for stamp in self._report.document_timestamps:
            title = said.LABELS["stamp"].in_language(self._language)
            yield self._fold(title, stamp.verdict, self._table(self._stamp_facts(stamp)) + self._reasons(stamp.reasons))
        yield self._profile(self._report.profile)
        table = self._table(self._file_facts())
        yield f"<details><summary>{self._say(said.FILE_AND_POLICY)}</summary>\n{table}</details>\n</div>\n"

    def _fold(self, title: str, verdict: Verdict, body: str) -> str:
        words = safe(say(report_wording.VERDICTS, verdict, self._language))
        css = css_class(verdict)
        return f'<details><summary>{safe(title)}: <span class="v {css}">{words}</span></summary>\n{body}</details>\n'

    def _signature_body(self, item: SignatureReport) -> str:
        lines = "".join(
            f"<li>{safe(line.strip().removeprefix('- '))}</li>\n" for line in findings(item, self._language)
        )
        return f'<ul class="findings">\n{lines}</ul>\n{self._table(self._signature_facts(item))}'

    def _signature_facts(self, item: SignatureReport) -> _Facts:
        language = self._language
        return [
            ("verdict", verdict_words(item.verdict, item.sub_indication, language)),
            ("term", say_term(item.verdict, item.sub_indication)),
            ("signer", item.signer.common_name if item.signer.common_name else signer_name(item, language)),
            ("company", _company_words(item.signer.company)),
            ("issuer", item.signer.issuer),
            ("listed", _listed_words(item.signer.service)),
            ("trusted_by", say(report_wording.TRUSTED_BY, item.signer.trusted_by, language)),
            ("key_kind", say(report_wording.KEY_KINDS, item.signer.key_kind, language)),
            ("type", say(report_wording.SIGNATURE_TYPES, item.type, language)),
            ("signing_kind", say(report_wording.SIGNING_KINDS, item.signing_kind, language)),
            ("level", say_level(item.level, language)),
            ("algorithm", item.signature_algorithm),
            ("claimed_time", _time(item.claimed_time)),
            ("best_time", _time(item.best_time)),
            ("time_source", say(report_wording.BEST_TIME_SOURCES, item.best_time_source, language)),
            ("coverage", say(report_wording.COVERAGES, item.coverage, language)),
            ("changes", self._changes_words(item)),
            ("revocation", self._revocation_words(item)),
            ("timestamps", "; ".join(map(self._stamp_words, item.timestamps))),
        ]

    def _changes_words(self, item: SignatureReport) -> str:
        words = say(report_wording.CHANGES, item.changes_after, self._language)
        if item.changes_after in (None, "none") or item.changes_permitted is None:
            return words
        return f"{words} ({report_wording.CHANGES_PERMITTED[item.changes_permitted].in_language(self._language)})"

    def _revocation_words(self, item: SignatureReport) -> str:
        found = item.revocation
        source = say(report_wording.REVOCATION_SOURCES, found.source, self._language)
        parts = [say(report_wording.REVOCATIONS, found.status, self._language), source, _time(found.produced_at) or ""]
        return "; ".join(part for part in parts if part)

    def _stamp_words(self, stamp: TimestampReport) -> str:
        verdict = say(report_wording.VERDICTS, stamp.verdict, self._language)
        return f"{_time(stamp.time) or '?'} {stamp.tsa or '?'}: {verdict}"

    def _stamp_facts(self, item: TimestampReport) -> _Facts:
        return [
            ("verdict", verdict_words(item.verdict, item.sub_indication, self._language)),
            ("term", say_term(item.verdict, item.sub_indication)),
            ("best_time", _time(item.time)),
            ("tsa", item.tsa),
            ("listed", _listed_words(item.service)),
            ("coverage", say(report_wording.COVERAGES, item.coverage, self._language)),
        ]

    def _file_facts(self) -> _Facts:
        report = self._report
        return [
            ("file", report.file),
            ("kind", say(report_wording.FILE_KINDS, report.kind, self._language)),
            ("sha256", report.sha256),
            ("term", say_term(report.verdict, None)),
            ("validation_time", _time(report.validation_time)),
            ("policy", say(report_wording.POLICIES, report.policy, self._language)),
            ("evidence_until", self._evidence_until()),
        ]

    def _evidence_until(self) -> str:
        end = self._report.evidence_until
        return f"{_time(end.time)} — {end.why.text.in_language(self._language)}" if end is not None else ""

    def _table(self, facts: _Facts) -> str:
        rows = "".join(
            f'<tr><th scope="row">{self._say(said.LABELS[name])}</th><td>{safe(value)}</td></tr>\n'
            for name, value in facts
            if value
        )
        return f'<table class="facts-table">\n<tbody>\n{rows}</tbody>\n</table>\n'

    def _reasons(self, reasons: Sequence[Reason]) -> str:
        items = "".join(f"<li>{self._say(reason.text)}</li>\n" for reason in reasons)
        return f'<ul class="findings">\n{items}</ul>\n' if items else ""

    def _profile(self, profile: ProfileReport | None) -> str:
        if profile is None:
            return ""
        rows = "".join(self._requirement(item) for item in profile.requirements)
        title = self._say(said.PROFILE, profile=report_wording.PROFILES[profile.name])
        return f"<details open><summary>{title}</summary>\n<table>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n"

    def _requirement(self, item: RequirementReport) -> str:
        mark, css = {True: ("✓", "passed"), False: ("✗", "failed"), None: ("—", "other")}[item.fulfilled]
        found = "; ".join(
            f"{part.field or ''} {part.found.in_language(self._language)}".strip() for part in item.findings
        )
        return (
            f'<tr><th scope="row">{self._say(item.title)}<br><code>{safe(item.id)}</code></th>'
            f'<td class="v {css}">{mark}</td><td>{safe(found)}</td></tr>\n'
        )


def _time(moment: datetime | None) -> str | None:
    return local_time(moment) if moment else None


def _company_words(company: CompanyRegistration | None) -> str | None:
    if company is None:
        return None
    return " / ".join((company.name, f"{company.title} {company.representative}", company.head_office))


def _listed_words(service: ServiceReport | None) -> str | None:
    return None if service is None else f"{service.provider}: {service.name} ({service.listed_in})"
