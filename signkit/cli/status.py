"""``signkit status``: who has signed, whose turn it is."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import read_input
from signkit.cli.language import LANGUAGE, translate, words
from signkit.cli.options import AskPassword, PasswordStdin, Trust
from signkit.cli.passwords import DocumentPassword
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.validation.contract_status import ContractStatus, PartyStatus

HELP = words("Tell who has signed, whose turn it is, what may still change.", "誰が署名し、誰の番かを示す。")


class Format(StrEnum):
    """How the status is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def run(
    pdfs: Annotated[list[Path], typer.Argument(help=words("PDFs, or folders of them.", "PDF またはそのフォルダー。"))],
    format_: Annotated[
        Format, typer.Option("--format", help=words("text, json or csv.", "text、json、csv。"))
    ] = Format.TEXT,
    trust: Trust = None,
    ask_password: AskPassword = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Print where each contract stands, judged offline."""
    from signkit.cli.services import trusted_paths
    from signkit.settings import load_settings
    from signkit.trust.anchors import default_trust_store
    from signkit.validation.contract_status import contract_status, find_parallel
    from signkit.validation.options import ValidationOptions

    store = default_trust_store(trusted_paths(load_settings(), trust))
    copies = [(path, read_input(path)) for path in _expanded(pdfs)]
    password = DocumentPassword(ask=ask_password, from_stdin=password_stdin)
    for path, pdf in copies:
        password.check(pdf, path, to_sign=False)
    options = ValidationOptions(trust=store, offline=True, password=password.value)
    statuses = find_parallel([(contract_status(pdf, str(path), options), pdf) for path, pdf in copies])
    sys.stdout.write(_WRITERS[format_](statuses))


def _expanded(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.pdf")) if path.is_dir() else [path]
    return found


def _text(statuses: Sequence[ContractStatus]) -> str:
    return "\n".join(_text_of_one(status) for status in statuses)


def _text_of_one(status: ContractStatus) -> str:
    title = status.contract.title.in_language(LANGUAGE) if status.contract and status.contract.title else "PDF"
    lines = [f"{status.file}: {title}"]
    lines += [f"  {_mark(party)} {_say(party)}" for party in status.parties]
    if not status.parties:
        lines.append("  " + translate(_NO_FIELDS))
    lines.append("  " + translate(status.may_still_change()))
    lines += ["  " + translate(_PARALLEL, other=other) for other in status.parallel_with]
    return "\n".join(lines) + "\n"


def _mark(party: PartyStatus) -> str:
    return {"signed": "[x]", "broken": "[!]", "next": "[>]", "waiting": "[ ]"}[party.state.value]


def _say(party: PartyStatus) -> str:
    label = f"{party.label.in_language(LANGUAGE)} ({party.role})"
    signature = party.signature
    if signature is None:
        return translate(_NEXT if party.state.value == "next" else _WAITING, label=label)
    when = party.signed_at.astimezone().strftime("%Y-%m-%d %H:%M") if party.signed_at else "?"
    key = translate(_KEY_KINDS.get(signature.signer.key_kind, _KEY_KINDS["unknown"]))
    said = translate(_SIGNED, label=label, when=when, key=key, verdict=signature.verdict.value)
    match = signature.party_match
    return f"{said} — {translate(_WRONG_PERSON)}" if match is not None and match.verdict == "mismatch" else said


def _json(statuses: Sequence[ContractStatus]) -> str:
    return "".join(json.dumps(status.to_json(), ensure_ascii=False) + "\n" for status in statuses)


def _csv(statuses: Sequence[ContractStatus]) -> str:
    """Return one row a party, with the file's name first."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["file", "role", "state", "signed_at", "verdict", "level", "key_kind", "next", "complete"])
    for status in statuses:
        plain = status.to_json()
        for party in plain["parties"]:
            columns = [party[name] or "" for name in ("role", "state", "signed_at", "verdict", "level", "key_kind")]
            writer.writerow([status.file, *columns, " ".join(status.next_roles), str(status.complete).lower()])
    return output.getvalue()


_WRITERS = {Format.TEXT: _text, Format.JSON: _json, Format.CSV: _csv}

_SIGNED = Text("{label}: signed {when} with {key}: {verdict}", "{label}: {when} に署名 ({key}): {verdict}")
_WRONG_PERSON = Text("the certificate does NOT name the party", "証明書の名義が当事者と一致しません")
_NEXT = Text("{label}: may sign now", "{label}: 署名できます")
_WAITING = Text("{label}: waits for those before", "{label}: 前の当事者の署名を待っています")
_NO_FIELDS = Text("There is no signature field in it.", "署名欄がありません。")
_PARALLEL = Text(
    "{other} was signed in parallel: neither file holds the other's signature. Choose one and have the others sign it "
    "again.",
    "{other} は並行して署名された別の写しです。互いの署名を含みません。どちらか一方を選び、残りの当事者が署名し直して"
    "ください。",
)
_KEY_KINDS = {
    "person": Text("the person's own key", "本人の鍵"),
    "organisation": Text("an organisation's key", "組織の鍵"),
    "service": Text("a service's key", "サービスの鍵"),
    "rehearsal": Text("a rehearsal key", "リハーサル用の鍵"),
    "unknown": Text("a key of unknown kind", "種類不明の鍵"),
}
