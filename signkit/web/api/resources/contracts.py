"""Contracts: data held against a template and made into a PDF; a PDF's fields, pages, standing and history."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from signkit.errors import ContractRefused, InputUnreadable, Problem
from signkit.web.api.calls import Answer, Call, Refusal
from signkit.web.api.resources.templates import read_template, usable_template
from signkit.web.api.resources.validations import options_of
from signkit.web.api.work import NamedFile, have_done, name_of, numbered_files, options_in, read_upload
from signkit.words import Language, Text

if TYPE_CHECKING:
    from signkit.contracts.checking import DataExamination
    from signkit.contracts.render import Rendered
    from signkit.contracts.rules.rule import Scrutiny
    from signkit.settings import Settings
    from signkit.validation.options import ValidationOptions

#: The shipped template by which workers are warmed.
_EXAMPLE = "nda"


def check(call: Call) -> Answer:
    """Answer with what is wrong with contract data."""
    wishes, settings = options_in(call), call.service.settings
    scrutiny = _scrutiny(wishes)
    found = have_done(
        call, examine_data, usable_template(settings, wishes["template"]).folder, wishes["data"], settings, scrutiny
    )  # fmt: skip
    refused = found.refused_at(scrutiny)
    warnings = () if scrutiny.strict else found.warnings
    return Answer(200, {"fits": not refused, "problems": _plain(refused), "warnings": _plain(warnings)})


def examine_data(folder: Path, data: Mapping[str, Any], settings: Settings, scrutiny: Scrutiny) -> DataExamination:
    """Hold contract data against a template; called in a worker."""
    from signkit.contracts.checking import examine
    from signkit.contracts.fonts import font_set
    from signkit.plain_data import plain_data

    return examine(read_template(folder), plain_data(data), font_set(settings.font_folders), scrutiny)


def render(call: Call) -> Answer:
    """Answer with the contract, or with all that refuses it."""
    wishes, settings = options_in(call), call.service.settings
    folder = usable_template(settings, wishes["template"]).folder
    files = [numbered_files(call, kind) for kind in ("attachment_", "appended_")]
    try:
        rendered = have_done(call, render_data, folder, wishes["data"], settings, _scrutiny(wishes), *files)
    except ContractRefused as error:
        raise _refusal(error, call.language) from error
    if call.values.get("as") == "json":
        return Answer(200, _shown(rendered))
    headers = {"signkit-warnings": str(len(rendered.warnings))}
    return Answer(200, rendered.pdf, "application/pdf", headers)


def render_data(
    folder: Path,
    data: Mapping[str, Any],
    settings: Settings,
    scrutiny: Scrutiny,
    attachments: Sequence[NamedFile],
    appended: Sequence[NamedFile],
) -> Rendered:
    """Make a contract; called in a worker."""
    from signkit.contracts.attachments import appendix, attachment
    from signkit.library.making import render

    return render(
        read_template(folder),
        data,
        attachments=[attachment(name, read_upload(path, name)) for name, path in attachments],
        appended=[appendix(name, read_upload(path, name)) for name, path in appended],
        strict=scrutiny.strict,
        other_numbers=dict(scrutiny.other_numbers),
        settings=settings,
    )


def make_example(settings: Settings) -> bool:
    """Make a contract as somebody's first one is made, so that nobody waits for the typesetter and its fonts.

    Called in each worker at the service's start; it takes long enough for every worker to get one, and none two.
    """
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.template import EXAMPLE, find_template

    folder = find_template(_EXAMPLE).folder
    return bool(render_data(folder, load_contract_data(folder / EXAMPLE), settings, _scrutiny({}), [], []).pdf)


def preview(call: Call) -> Answer:
    """Answer with a page as a picture."""
    from signkit.web.common.page_pictures import MOST_PAGES

    file, page = call.uploads["file"], call.values.get("page", 1)
    count, png = have_done(
        call, draw, str(file.path), file.sha256, name_of(call, file), page - 1, call.values.get("width", 1000)
    )  # fmt: skip
    if png is None:
        raise Refusal(422, "page-unknown", _NO_PAGE.filled(pages=min(count, MOST_PAGES)))
    return Answer(200, png, "image/png", {"signkit-pages": str(count)}, file.sha256)


def draw(path: str, sha256: str, name: str, page: int, width: int) -> tuple[int, bytes | None]:
    """Return how many pages there are, and one (from 0) as PNG; None where it is not shown.  Called in a worker."""
    from signkit.web.common.page_pictures import draw_page, page_facts

    try:
        count = page_facts(path, sha256).count
        return count, draw_page(path, sha256, page, width)
    except IndexError:
        return count, None
    except InputUnreadable as error:
        raise InputUnreadable(name, error.cause) from error
    except ValueError as error:
        raise InputUnreadable(name, _NOT_DRAWN) from error


def get_fields(call: Call) -> Answer:
    """Answer with a PDF's signature fields, and with what it says of itself."""
    file, password = call.uploads["file"], options_in(call).get("password")
    return Answer(200, have_done(call, read_fields, str(file.path), password), subject=file.sha256)


def read_fields(path: str, password: str | None) -> dict[str, Any]:
    """Return fields and contract of a PDF; called in a worker."""
    from signkit.library.making import fields, read_contract

    pdf = read_upload(path)
    names, contract = fields(pdf, password=password), read_contract(pdf, password=password)
    said = contract and {
        "template": {"id": contract.template_id, "version": contract.template_version},
        "title": contract.title and {"en": contract.title.en, "ja": contract.title.ja},
        "signing_order": contract.signing_order,
        "parties": [{"role": each.role, "name": each.name} for each in contract.parties],
    }
    return {"empty": list(names.empty), "signed": list(names.signed), "contract": said}


def get_status(call: Call) -> Answer:
    """Answer with where a contract stands."""
    file = call.uploads["file"]
    wishes = {"check_template": True} | options_in(call)
    options = replace(options_of(call.service, wishes), password=wishes.get("password"))
    status = have_done(call, judge_standing, str(file.path), name_of(call, file), options)
    return Answer(200, status, subject=file.sha256)


def judge_standing(path: str, name: str, options: ValidationOptions) -> dict[str, Any]:
    """Tell where a contract stands; called in a worker."""
    from signkit.progress.contract import contract_status

    return contract_status(read_upload(path, name), name, options).to_json()


def get_diff(call: Call) -> Answer:
    """Answer with what changed between the revisions of a PDF."""
    file = call.uploads["file"]
    return Answer(200, have_done(call, read_history, str(file.path), name_of(call, file)), subject=file.sha256)


def read_history(path: str, name: str) -> dict[str, Any]:
    """Tell what changed in a PDF; called in a worker."""
    from signkit.history.diff import diff_pdf

    return diff_pdf(read_upload(path, name), name).to_json()


def _scrutiny(wishes: Mapping[str, Any]) -> Scrutiny:
    from signkit.contracts.rules.rule import Scrutiny

    others = tuple(wishes.get("other_numbers", {}).items())
    return Scrutiny(strict=wishes.get("strict", False), other_numbers=others)


def _refusal(error: ContractRefused, language: Language) -> Refusal:
    told = Refusal.of(error)
    told.members["errors"] = [
        {"at": each.path, "detail": each.in_language(language), **each.to_json()} for each in error.problems
    ]
    return told


def _plain(found: Sequence[Problem]) -> list[dict[str, object]]:
    return [each.to_json() for each in found]


def _shown(rendered: Rendered) -> dict[str, Any]:
    return {
        "pdf": base64.b64encode(rendered.pdf).decode(),
        "fields": [
            {"role": each.role, "page": each.page + 1, "rectangle": list(each.rectangle)} for each in rendered.blocks
        ],
        "warnings": _plain(rendered.warnings),
    }


_NO_PAGE = Text(
    "There is no such page to be shown; there are {pages}.", "そのページは表示できません (全 {pages} ページ)。"
)
_NOT_DRAWN = Text("it cannot be drawn", "描画できません")
HANDLERS = {
    "checkContract": check,
    "renderContract": render,
    "previewContract": preview,
    "getContractFields": get_fields,
    "getContractStatus": get_status,
    "getContractDiff": get_diff,
}
