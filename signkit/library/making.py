"""Making contracts, and reading what a file says of itself: its fields, its contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from signkit.contracts.attachments import Attachment, appendix, attachment
from signkit.contracts.checking import check_contract_data
from signkit.contracts.data import load_contract_data
from signkit.contracts.fonts import font_set
from signkit.contracts.render import Rendered, render_contract
from signkit.contracts.rules.rule import Scrutiny
from signkit.contracts.template import Template, find_template
from signkit.errors import Problem
from signkit.library.given import DataSource, FileSource, Location, TemplateSource, bytes_and_name
from signkit.pdf import embedded_contract as embedded
from signkit.pdf.fields import FieldNames, signature_fields
from signkit.plain_data import plain_data
from signkit.settings import Settings


def check_data(template: TemplateSource, data: DataSource, *, settings: Settings | None = None) -> tuple[Problem, ...]:
    """Hold contract data against a template; nothing is made.

    Args:
        template: the name of a template, its folder, or a `Template`.
        data: the path of a .yaml, .json or .toml file, or the plain values that it would hold (dates as
            ``2026-11-21``).
        settings: where templates and fonts are looked for beside the shipped ones; default: nowhere else.

    Returns:
        Every problem at once, with path, title and clause in two languages; empty where the data fit.  No value is
        repeated in a problem.

    Raises:
        ContractError("template-not-found", "template-invalid"): there is no such template, or it is at fault.
        InputUnreadable, ContractDataUnreadable: the data cannot be read.

    Example:
        >>> problems = signkit.check_data("employment-agreement", {"contract_date": "2026-03-16"})
        >>> problems[0].code, problems[0].path
        ('missing', 'employer')
    """
    settings = settings or Settings()
    return check_contract_data(_template(template, settings), _data(data), font_set(settings.font_folders))


def render(
    template: TemplateSource,
    data: DataSource,
    *,
    attachments: Sequence[Location | Attachment] = (),
    appended: Sequence[Location | Attachment] = (),
    strict: bool = False,
    other_numbers: Mapping[str, str] | None = None,
    settings: Settings | None = None,
) -> Rendered:
    """Check contract data and make the contract: a PDF with an empty signature field for each party.

    The same data give the same bytes on every machine: the document's date comes from the data.

    Args:
        template, data, settings: as for `check_data`.
        attachments: files that are embedded, at most 20 of 20 MB each; an annex lists them with their digests.
        appended: PDFs whose pages go behind the contract's; the annex lists them too.
        strict: refuse also what is only warned of.
        other_numbers: items (``seller.note``) whose twelve digits are no 個人番号, though they fit, with what number it
            is; both are noted in the contract's data.

    Returns:
        The PDF (PDF/A-3b; plain PDF 1.7 where pages were appended), and of each role's field its page (from 0) and its
        rectangle (left, bottom, right, top in points); in ``warnings`` what was found of the contents and does not
        refuse them.

    Raises:
        ContractRefused: the data or the text holds something a contract may not; ``problems`` names all of it.
        DeliveryError("attachment-refused"): a file cannot go with the contract.
        ContractError("template-not-found", "template-invalid", "typesetting-failed"): there is no such template, or it
            is at fault.
        InputUnreadable, ContractDataUnreadable: a file or the data cannot be read.
        MissingExtra, LibreOfficeMissing: the template is a Word document, and what converts it is not installed.

    Example:
        >>> rendered = signkit.render("employment-agreement", "data.yaml")
        >>> [block.role for block in rendered.blocks]
        ['employer', 'employee']
        >>> Path("contract.pdf").write_bytes(rendered.pdf) > 10_000
        True
    """
    settings = settings or Settings()
    files = [_attachment(each, attachment) for each in attachments]
    pages = [_attachment(each, appendix) for each in appended]
    scrutiny = Scrutiny(strict=strict, other_numbers=tuple((other_numbers or {}).items()))
    return render_contract(_template(template, settings), _data(data), settings, files, pages, scrutiny=scrutiny)


def fields(pdf: FileSource, *, password: str | None = None) -> FieldNames:
    """Return the names of the empty and the signed signature fields, in the document's order.

    Args:
        pdf: the file.
        password: opens it where it is encrypted.

    Raises:
        PdfNotSignable, PdfPasswordNeeded, PdfPasswordWrong, InputUnreadable: it cannot be read.

    Example:
        >>> signkit.fields("contract.pdf")
        FieldNames(empty=('employer', 'employee'), signed=())
    """
    return signature_fields(bytes_and_name(pdf)[0], password)


def read_contract(pdf: FileSource, *, password: str | None = None) -> embedded.EmbeddedContract | None:
    """Return what a contract says of itself: its template, its data, who signs in which order; None: it carries none.

    The file may come from anywhere; what it says is only as good as the signatures over it.

    Args:
        pdf: the file.
        password: opens it where it is encrypted.

    Raises:
        InputUnreadable: it cannot be read.
        ContractDataUnreadable: there is a ``contract.json`` that is not what SignKit writes, or more than one.

    Example:
        >>> contract = signkit.read_contract("contract.pdf")
        >>> contract.template_id, contract.signing_order, [party.name for party in contract.parties]
        ('employment-agreement', 'fixed', ['廣瀨 渚', '渡邉󠄂 薫'])
    """
    return embedded.read_contract(bytes_and_name(pdf)[0], password)


def _template(source: TemplateSource, settings: Settings) -> Template:
    return source if isinstance(source, Template) else find_template(Path(source), settings)


def _data(source: DataSource) -> Mapping[str, Any]:
    return plain_data(source) if isinstance(source, Mapping) else load_contract_data(Path(source))


def _attachment(source: Location | Attachment, make: Callable[[str, bytes, str | None], Attachment]) -> Attachment:
    return source if isinstance(source, Attachment) else make(str(source), bytes_and_name(source)[0], None)
