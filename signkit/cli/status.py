"""``signkit status``: who has signed, whose turn it is."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import read_input
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import AskPassword, At, EvidenceFolders, PasswordStdin, Policy, TemplateNames, Trust
from signkit.cli.passwords import DocumentPassword
from signkit.errors import ExitCode
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.progress.chain import Chain
    from signkit.progress.contract import ContractStatus, PartyStatus
    from signkit.progress.overview import UnreadableFile

HELP = words("Tell who has signed, whose turn it is, what may still change.", "誰が署名し、誰の番かを示す。")


class StatusFormat(StrEnum):
    """How the status is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def run(
    pdfs: Annotated[list[Path], typer.Argument(help=words("PDFs, or folders of them.", "PDF またはそのフォルダー。"))],
    format_: Annotated[
        StatusFormat, typer.Option("--format", help=words("text, json or csv.", "text、json、csv。"))
    ] = StatusFormat.TEXT,
    policy: Policy = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    check_template: Annotated[
        bool,
        typer.Option(
            "--check-template/--no-check-template",
            help=words(
                "Tell whether each contract is its template, unaltered (a third of a second each).",
                "契約書がひな形のとおりかを確かめる (1 件 0.3 秒ほど)。",
            ),
        ),
    ] = True,
    template: TemplateNames = None,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Print where each contract stands, as soon as it is known; judged as ``signkit validate --offline`` does."""
    from signkit.cli.judging import chosen_options
    from signkit.progress.contract import contract_status
    from signkit.progress.overview import UnreadableFile, overview

    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    options = chosen_options(
        policy, trust, evidence, at, offline=True, check_template=check_template, templates=template
    )
    unreadable = 0

    def judge(pdf: bytes, name: str) -> ContractStatus:
        password.check(pdf, Path(name), to_sign=False)
        return contract_status(pdf, name, replace(options, password=password.value))

    def count_rows() -> Iterator[ContractStatus | UnreadableFile]:
        nonlocal unreadable
        for row in overview(_pdfs_of(pdfs), lambda name: read_input(Path(name)), judge):
            unreadable += isinstance(row, UnreadableFile)
            yield row

    for piece in _WRITERS[format_](count_rows()):
        sys.stdout.write(piece)
        sys.stdout.flush()
    if unreadable:
        raise typer.Exit(ExitCode.UNREADABLE)


def _pdfs_of(paths: Sequence[Path]) -> list[str]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if file.suffix.lower() == ".pdf" and file.is_file())
        else:
            found.append(path)
    return [str(path) for path in found]


def _text(rows: Iterable[ContractStatus | UnreadableFile]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield ("\n" if number else "") + _text_of_one(row)


def _text_of_one(status: ContractStatus | UnreadableFile) -> str:
    from signkit.progress.overview import UnreadableFile
    from signkit.reporting.formats.template_words import template_lines

    if isinstance(status, UnreadableFile):
        return f"{status.file}: {translate(_UNREADABLE, cause=status.error.message(LANGUAGE))}\n"
    title = status.contract.title.in_language(LANGUAGE) if status.contract and status.contract.title else "PDF"
    lines = [f"{status.file}: {title}"]
    if status.contract_problem is not None:
        lines.append("  [!] " + status.contract_problem.message(LANGUAGE))
    lines += [f"  {_mark(party)} {_say(party)}" for party in status.parties]
    if not status.parties:
        lines.append("  " + translate(_NO_FIELDS))
    if status.open_fields:
        lines.append("  [!] " + translate(_OPEN_FIELDS, fields=", ".join(status.open_fields)))
    lines.append("  " + translate(status.may_still_change()))
    if status.contract is not None:
        lines += [f"  {line}" for line in template_lines(status.report.template_match, LANGUAGE)]
    lines += ["  " + translate(_PARALLEL, other=other) for other in status.parallel_with]
    lines += [f"  {line}" for line in _chain_lines(status.chain)]
    return "\n".join(lines) + "\n"


def _chain_lines(chain: Chain) -> Iterator[str]:
    """Yield what the file amends, first the contract, and what amends it."""
    for number, named in enumerate(chain.amends):
        where = translate(_NOT_AT_HAND) if named.file is None else str(named.file)
        words = _AMENDS if number == 0 else _AFTER
        line = translate(words, title=named.title, date=named.date, digest=named.sha256[:16], where=where)
        yield line + (translate(_EARLIER) if named.earlier else "")
    yield from ("[!] " + translate(_LEFT_OUT, other=other) for other in chain.left_out)
    yield from (translate(_AMENDED_BY, other=other) for other in chain.amended_by)


def _mark(party: PartyStatus) -> str:
    return {"signed": "[x]", "unproven": "[?]", "broken": "[!]", "next": "[>]", "waiting": "[ ]"}[party.state.value]


def _say(party: PartyStatus) -> str:
    signature = party.signature
    named = party.label.in_language(LANGUAGE)
    if signature is not None and signature.party is not None:
        named += f" {signature.party.name}"
    label = f"{named} ({party.role})"
    if signature is None:
        return translate(_NEXT if party.state.value == "next" else _WAITING, label=label)
    when = party.signed_at.astimezone().strftime("%Y-%m-%d %H:%M") if party.signed_at else "?"
    key = translate(_KEY_KINDS.get(signature.signer.key_kind, _KEY_KINDS["unknown"]))
    said = translate(_SIGNED, label=label, when=when, key=key, verdict=signature.verdict.value)
    match = signature.party_match
    if match is not None and match.verdict == "mismatch":
        return f"{said} — {translate(_WRONG_PERSON)}"
    why = signature.reasons[0].text if party.state.value != "signed" and signature.reasons else None
    return f"{said} — {translate(why)}" if why is not None else said


def _json(rows: Iterable[ContractStatus | UnreadableFile]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row.to_json(), ensure_ascii=False) + "\n"


def _csv(rows: Iterable[ContractStatus | UnreadableFile]) -> Iterator[str]:
    """Yield one row a party, with the file's name first; one row for a file that cannot be read."""
    yield _csv_rows([["file", "role", "state", "signed_at", "verdict", "level", "key_kind", "next", "complete"]])
    for row in rows:
        plain = row.to_json()
        after = [" ".join(plain["next"]), str(plain["complete"]).lower()]
        parties = plain["parties"]
        if "error" in plain:
            parties = [{"state": "unreadable", "verdict": plain["verdict"]}]
        columns = ("role", "state", "signed_at", "verdict", "level", "key_kind")
        yield _csv_rows([row.file, *(party.get(name) or "" for name in columns), *after] for party in parties)


def _csv_rows(rows: Iterable[Iterable[str]]) -> str:
    output = io.StringIO()
    csv.writer(output, lineterminator="\n").writerows(rows)
    return output.getvalue()


_WRITERS = {StatusFormat.TEXT: _text, StatusFormat.JSON: _json, StatusFormat.CSV: _csv}

_SIGNED = Text("{label}: signed {when} with {key}: {verdict}", "{label}: {when} に署名 ({key}): {verdict}")
_WRONG_PERSON = Text("the certificate does NOT name the party", "証明書の名義が当事者と一致しません")
_NEXT = Text("{label}: may sign now", "{label}: 署名できます")
_WAITING = Text("{label}: waits for those before", "{label}: 前の当事者の署名を待っています")
_UNREADABLE = Text("cannot be read. {cause}", "読み取れません。{cause}")
_OPEN_FIELDS = Text(
    "Signature fields that none of the parties named is to sign: {fields}. The contract does not say whose they are.",
    "契約データのどの当事者のものでもない署名欄があります: {fields}。誰の署名欄か契約データからは分かりません。",
)
_NO_FIELDS = Text("There is no signature field in it.", "署名欄がありません。")
_PARALLEL = Text(
    "{other} was signed in parallel: neither file holds the other's signature. Choose one and have the others sign it "
    "again.",
    "{other} は並行して署名された別の写しです。互いの署名を含みません。どちらか一方を選び、残りの当事者が署名し直して"
    "ください。",
)
_AMENDS = Text(
    "amends {title} of {date} (SHA-256 {digest}…): {where}", "変更する契約: {date} {title} (SHA-256 {digest}…): {where}"
)
_AFTER = Text(
    "after {title} of {date} (SHA-256 {digest}…): {where}", "先の変更: {date} {title} (SHA-256 {digest}…): {where}"
)
_NOT_AT_HAND = Text("not among these files", "指定されたファイルの中にありません")
_EARLIER = Text(
    " — the digest is of an earlier state of it: it was added to since",
    " — ハッシュ値は、その後に追記される前の状態のものです",
)
_LEFT_OUT = Text("does not name the earlier amendment {other}", "先の変更合意書 {other} が記載されていません")
_AMENDED_BY = Text("amended by {other}", "変更合意書があります: {other}")
_KEY_KINDS = {
    "person": Text("the person's own key", "本人の鍵"),
    "organisation": Text("an organisation's key", "組織の鍵"),
    "service": Text("a service's key", "サービスの鍵"),
    "rehearsal": Text("a rehearsal key", "リハーサル用の鍵"),
    "unknown": Text("a key of unknown kind", "種類不明の鍵"),
}
