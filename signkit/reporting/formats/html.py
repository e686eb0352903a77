"""HTML: one page that holds everything, to read, print and keep; no scripts, nothing fetched from anywhere."""

from __future__ import annotations

import base64
from datetime import datetime
from html import escape

from signkit.preview import SignaturePage
from signkit.reporting.formats.template_words import template_lines
from signkit.reporting.formats.text import signer_name, write_text
from signkit.reporting.formats.writer import Write
from signkit.reporting.pictures import Draughtsman, Pictures
from signkit.validation.profile import ProfileReport, RequirementReport
from signkit.validation.report import Report, SignatureReport, TemplateMatch, TimestampReport, Verdict
from signkit.words import Language, Text, is_shown

_STYLE = """
body{font:15px/1.6 system-ui,"Hiragino Sans","Yu Gothic UI","Noto Sans CJK JP",sans-serif;color:#222;max-width:60rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}section{border:1px solid #bbb;border-left:.6rem solid var(--c);border-radius:.3rem;
padding:.2rem 1.2rem 1rem;margin:1.2rem 0;break-inside:avoid-page}
h2{font-size:1.1rem;overflow-wrap:anywhere}h3{font-size:1rem;margin-bottom:.2rem}
.v{color:var(--c);font-weight:bold}.passed{--c:#1a7f37}.failed{--c:#b3261e}.open{--c:#9a6700}.other{--c:#57606a}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.4rem 0;background:#f6f8fa;padding:.5rem .8rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.15rem .6rem
.15rem 0;border-bottom:1px solid #e4e4e4;overflow-wrap:anywhere}th{font-weight:normal;color:#57606a;width:13rem}
figure{margin:1rem 0}img{max-width:100%;border:1px solid #ccc}figcaption,.note{font-size:.85rem;color:#57606a}
@media print{body{margin:0;max-width:none;font-size:11px}img{max-height:22cm}}
"""
_CLASSES = {Verdict.PASSED: "passed", Verdict.FAILED: "failed", Verdict.INDETERMINATE: "open"}
_TITLE = Text("Validation of signatures", "署名の検証結果")
_COUNTS = Text("Files judged: {count} ({counts}).", "検証したファイル: {count} 件 ({counts})。")
_PAGE = Text("Page {page} as a viewer shows it; signature fields: {fields}.", "{page} ページの表示。署名欄: {fields}。")
_MISSING = {
    "gone": Text(
        "No picture: the file is no longer the one that was judged.",
        "画像なし: 検証時のファイルと異なるか、読めません。",
    ),
    "failed": Text("No picture: the page could not be drawn safely.", "画像なし: ページを安全に描画できませんでした。"),
    "enough": Text(
        "No picture: only the first files of a run are drawn.", "画像なし: 画像は先頭の一部のファイルに限ります。"
    ),
}
_PROFILE = Text("Held against the profile", "適合を確認した要件")
_NONE = Text("—", "—")
_LABELS = {
    "sha256": Text("SHA-256 of the file", "ファイルの SHA-256"),
    "validation_time": Text("Judged as of", "検証の基準時刻"),
    "policy": Text("Policy", "検証ポリシー"),
    "verdict": Text("Verdict", "判定"),
    "signer": Text("Signer", "署名者"),
    "issuer": Text("Issuer of the certificate", "証明書の発行者"),
    "trusted_by": Text("Trusted by", "信頼の根拠"),
    "type": Text("Kind", "種類"),
    "level": Text("Level", "レベル"),
    "algorithm": Text("Algorithm", "アルゴリズム"),
    "claimed_time": Text("Time by the signer's clock", "署名者の申告時刻"),
    "best_time": Text("Proven to exist by", "存在が証明された時刻"),
    "coverage": Text("Covers", "署名の対象"),
    "changes": Text("Changes since", "その後の変更"),
    "revocation": Text("Revocation", "失効の確認"),
    "timestamps": Text("Timestamps", "タイムスタンプ"),
    "stamp": Text("Timestamp of the document", "文書タイムスタンプ"),
    "tsa": Text("Timestamp service", "タイムスタンプ局"),
}


class HtmlWriter:
    """A head, a section a file as each is done, and the counts at the end."""

    def __init__(self, write: Write, language: Language = "en", draughtsman: Draughtsman | None = None) -> None:
        self._write = write
        self._language = language
        self._draughtsman = draughtsman or Draughtsman()
        self._counts: dict[Verdict, int] = {}
        self._begun = False

    def add(self, report: Report) -> None:
        """Write the file's section, with pictures of its signed pages."""
        self._begin()
        self._counts[report.verdict] = self._counts.get(report.verdict, 0) + 1
        self._write(self._section(report, self._draughtsman.draw(report)))

    def finish(self) -> None:
        """Write the counts and the end."""
        self._begin()
        self._draughtsman.close()
        counts = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self._counts.items()))
        words = _COUNTS.in_language(self._language, count=sum(self._counts.values()), counts=counts or "0")
        self._write(f"<p>{escape(words)}</p>\n</body>\n</html>\n")

    def _begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        title = escape(self._say(_TITLE))
        self._write(
            f'<!DOCTYPE html>\n<html lang="{self._language}">\n<head>\n<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
            "style-src 'unsafe-inline'\">\n"
            '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
            f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        )

    def _section(self, report: Report, pictures: Pictures) -> str:
        facts = [
            ("verdict", _verdict(report.verdict, None)),
            ("sha256", report.sha256),
            ("validation_time", _time(report.validation_time)),
            ("policy", report.policy),
        ]
        parts = [
            f'<section class="{_CLASSES.get(report.verdict, "other")}">\n<h2>{_safe(report.file)}</h2>\n',
            f"<pre>{_safe(write_text(report, self._language), keep_lines=True)}</pre>\n",
            self._table(facts),
            *(self._signature(item) for item in report.signatures),
            *(self._stamp(item) for item in report.document_timestamps),
            self._template(report.template_match),
            self._profile(report.profile),
            *(self._picture(page) for page in pictures.pages),
        ]
        if pictures.missing:
            parts.append(f'<p class="note">{escape(self._say(_MISSING[pictures.missing]))}</p>\n')
        return "".join(parts) + "</section>\n"

    def _signature(self, item: SignatureReport) -> str:
        changes = item.changes_after
        if changes is not None and item.changes_permitted is not None:
            changes += " ✓" if item.changes_permitted else " ✗"
        facts = [
            ("verdict", _verdict(item.verdict, item.sub_indication)),
            ("signer", signer_name(item, self._language)),
            ("issuer", item.signer.issuer),
            ("trusted_by", item.signer.trusted_by),
            ("type", item.type),
            ("level", item.level),
            ("algorithm", item.signature_algorithm),
            ("claimed_time", _time(item.claimed_time)),
            ("best_time", _time(item.best_time)),
            ("coverage", item.coverage),
            ("changes", changes),
            ("revocation", item.revocation.status),
            ("timestamps", "; ".join(f"{_time(s.time) or '?'} {s.tsa or '?'}: {s.verdict}" for s in item.timestamps)),
        ]
        heading = item.field or item.signer.common_name or "?"
        if item.party is not None:
            heading = f"{self._say(item.party.label)} ({heading})"
        return self._entry(heading, item.verdict, facts)

    def _stamp(self, item: TimestampReport) -> str:
        facts = [
            ("verdict", _verdict(item.verdict, item.sub_indication)),
            ("best_time", _time(item.time)),
            ("tsa", item.tsa),
            ("coverage", item.coverage),
        ]
        return self._entry(self._say(_LABELS["stamp"]), item.verdict, facts)

    def _entry(self, heading: str, verdict: Verdict, facts: list[tuple[str, str | None]]) -> str:
        return (
            f'<div class="{_CLASSES.get(verdict, "other")}">\n<h3>{_safe(heading)}</h3>\n{self._table(facts)}</div>\n'
        )

    def _template(self, match: TemplateMatch | None) -> str:
        """Return the sentence on the template once more, where it cannot be passed over."""
        if match is None:
            return ""
        css = _TEMPLATE_CLASSES[match.verdict]
        sentence = template_lines(match, self._language)[0]
        return f'<p class="v {css}">{_safe(sentence)}</p>\n'

    def _profile(self, profile: ProfileReport | None) -> str:
        if profile is None:
            return ""
        rows = "".join(self._requirement(item) for item in profile.requirements)
        css = "passed" if profile.fulfilled else "failed"
        heading = _safe(f"{self._say(_PROFILE)}: {profile.name}")
        return f'<div class="{css}">\n<h3>{heading}</h3>\n<table>\n{rows}</table>\n</div>\n'

    def _requirement(self, item: RequirementReport) -> str:
        mark, css = {True: ("✓", "passed"), False: ("✗", "failed"), None: ("—", "other")}[item.fulfilled]
        found = "; ".join(f"{part.field or ''} {self._say(part.found)}".strip() for part in item.findings)
        return (
            f"<tr><th>{_safe(self._say(item.title))}<br><code>{_safe(item.id)}</code></th>"
            f'<td class="v {css}">{mark}</td><td>{_safe(found)}</td></tr>\n'
        )

    def _table(self, facts: list[tuple[str, str | None]]) -> str:
        rows = "".join(
            f"<tr><th>{escape(self._say(_LABELS[name]))}</th>"
            f"<td{_MARKED if name == 'verdict' else ''}>{_safe(value or self._say(_NONE))}</td></tr>\n"
            for name, value in facts
        )
        return f"<table>\n{rows}</table>\n"

    def _picture(self, page: SignaturePage) -> str:
        fields = ", ".join(f"{number} = {name or '?'}" for number, name in enumerate(page.fields, 1))
        words = _PAGE.in_language(self._language, page=page.page + 1, fields=fields)
        data = base64.b64encode(page.png).decode()
        return (
            f'<figure><img alt="{_safe(words)}" src="data:image/png;base64,{data}">'
            f"<figcaption>{_safe(words)}</figcaption></figure>\n"
        )

    def _say(self, text: Text) -> str:
        return text.in_language(self._language)


_TEMPLATE_CLASSES = {"unaltered": "passed", "same-text": "passed", "altered": "failed", "unknown": "open"}
_MARKED = ' class="v"'


def _verdict(verdict: Verdict, sub_indication: str | None) -> str:
    return f"{verdict} ({sub_indication})" if sub_indication else str(verdict)


def _safe(value: str, *, keep_lines: bool = False) -> str:
    """Escape, and show control characters (also those that turn the direction of writing) as what they are."""
    shown = "".join(
        character if is_shown(character) or (keep_lines and character == "\n") else "\ufffd" for character in value
    )
    return escape(shown)


def _time(moment: datetime | None) -> str | None:
    """The local time with its offset, as in the text format."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %z") if moment else None
