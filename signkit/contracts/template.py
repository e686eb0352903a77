"""Template folders: find them, read them, refuse those that contradict themselves.

A template is a folder: ``template.toml`` (who it is and who signs), ``schema.json`` (JSON Schema 2020-12 of its
data), ``contract.typ.j2`` or ``contract.docx`` (the text), ``law.toml`` (what its contents are held against; it may be
absent), ``example.yaml`` and ``README.md``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from signkit.contracts.data_faults import data_fault
from signkit.contracts.rules.law_file import LAW_FILE, check_of, checks_of
from signkit.contracts.rules.rule import Check
from signkit.contracts.shared import fragment_files
from signkit.errors import ContractError, system_cause
from signkit.limits import TEMPLATE_FILE_BYTES, size_in_words
from signkit.pdf.embedded_contract import SigningOrder
from signkit.plain_data import item_at
from signkit.settings import Settings
from signkit.shipped import shipped_folder
from signkit.words import Language, Text, UnfitValue

DESCRIPTION = "template.toml"
SCHEMA = "schema.json"
CONTRACT = "contract.typ.j2"
WORD = "contract.docx"
EXAMPLE = "example.yaml"


NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ROLE = re.compile(r"[a-z][a-z0-9_]{0,31}")
VERSION = re.compile(r"\d+\.\d+\.\d+")

#: Who needs a template: those who deal in real estate, personnel offices, other businesses, anybody.
Audience = Literal["broker", "hr", "business", "general"]
AUDIENCES: tuple[Audience, ...] = ("broker", "hr", "business", "general")


@dataclass(frozen=True)
class Party:
    """One who signs.

    Attributes:
        role: the party's name in data and in the PDF (the signature field is called so).
        label: what people call the role (売主).
        name_item: path of the data item that holds the party's name, for telling whether the signer is the party.
        kind: ``person`` or ``organization`` (whose certificate may name its representative).
        address_item: path of the data item that holds the party's address; None where the data hold none.
        number_item: path of the data item that holds a company's 法人番号; None where the data hold none.
        label_item: path of the data item that holds what the contract calls the party (an amendment's 売主), in place
            of ``label``; None where the template knows.
        optional: a party only where the data name one (a co-owner): without a name there is no field and no turn.
    """

    role: str
    label: Text
    name_item: str
    kind: Literal["person", "organization"] = "person"
    address_item: str | None = None
    optional: bool = False
    number_item: str | None = None
    label_item: str | None = None

    def named_in(self, data: Mapping[str, Any]) -> Party:
        """Return the party as a contract with these data calls it."""
        label = item_at(data, self.label_item) if self.label_item is not None else None
        return replace(self, label=Text(label, label)) if isinstance(label, str) and label.strip() else self

    @property
    def organization_item(self) -> str | None:
        """Path of the item that names the organization where ``name_item`` names who signs for it.

        By custom they stand in one table: ``employer.name`` beside ``employer.signer``.
        """
        path = f"{self.name_item.rpartition('.')[0]}.name".removeprefix(".")
        return path if path != self.name_item else None


@dataclass(frozen=True)
class TitleCase:
    """A title that the document has instead where ``when`` (a Jinja expression over the data) holds."""

    when: str
    title: Text


@dataclass(frozen=True, eq=False)
class Template:
    """A template, as read from its folder.

    Attributes:
        parties: who signs, in signing order.
        signing_order: ``fixed``: in the order of ``parties``; ``free``: in any order.
        date_item: path of the data item that dates the document.
        law: the provisions that the text serves, as cited.
        checks: rules over several items, beside the schema: those of ``template.toml``, then those of ``law.toml``.
        schema: JSON Schema 2020-12 of the data.
        text_file: the file that holds the text: ``contract.typ.j2`` or ``contract.docx`` (see ``sources``).
        audience: who needs it.
        fragments: the files of shared text that its own text may import, by the names under which it does.
        titles: what the document is called instead, by its data; the first case that holds counts.
    """

    id: str
    version: str
    title: Text
    language: Language
    parties: tuple[Party, ...]
    signing_order: SigningOrder
    date_item: str
    law: tuple[str, ...]
    checks: tuple[Check, ...]
    folder: Path
    schema: Mapping[str, Any]
    text_file: str = CONTRACT
    audience: Audience = "general"
    fragments: Mapping[str, Path] = field(default_factory=dict)
    titles: tuple[TitleCase, ...] = ()

    def parties_of(self, data: Mapping[str, Any]) -> tuple[Party, ...]:
        """Return those who sign the contract with these data, in signing order."""
        return tuple(
            party.named_in(data)
            for party in self.parties
            if not party.optional or item_at(data, party.name_item) is not None
        )

    def party(self, role: str) -> Party:
        """Return the party of ``role``.

        Raises:
            KeyError: no party has the role.
        """
        for party in self.parties:
            if party.role == role:
                return party
        raise KeyError(role)


def find_template(name_or_path: str | Path, settings: Settings | None = None) -> Template:
    """Return the template in a folder, or the one of that name in the template folders.

    Raises:
        ContractError("template-not-found"): there is none.
        ContractError("template-invalid"): it cannot be used.
    """
    path = Path(name_or_path)
    if (path / DESCRIPTION).is_file():
        return load_template(path)
    named = str(name_or_path)
    folders = template_folders(settings)
    if named not in folders:
        raise ContractError("template-not-found", name=named, known=tuple(sorted(folders)))
    return load_template(folders[named])


def list_templates(settings: Settings | None = None) -> tuple[Template, ...]:
    """Return the templates of the template folders and the shipped ones, by name.

    Raises:
        ContractError("template-invalid"): one of them cannot be used.
    """
    return tuple(load_template(folder) for _, folder in sorted(template_folders(settings).items()))


def template_folders(settings: Settings | None = None) -> dict[str, Path]:
    """Return the folder of each template that can be named; a user's hides a shipped one of the same name."""
    return dict(_named_folders(settings or Settings()))


def load_template(folder: Path) -> Template:
    """Read the template in ``folder``.

    Raises:
        ContractError("template-invalid"): a file is missing, unreadable or contradicts the others.
    """
    folder = folder.resolve()
    try:
        description = _parse(folder / DESCRIPTION, tomllib.loads)
        schema = _parse(folder / SCHEMA, json.loads)
        law = _law(folder)
        template = _template(folder, description, law, schema, _text_file(folder))
    except KeyError as error:
        cause = _LACKS.filled(description=DESCRIPTION, law=LAW_FILE, item=error.args[0])
        raise ContractError("template-invalid", template=folder.name, cause=cause) from error
    except UnfitValue as error:
        raise ContractError("template-invalid", template=folder.name, cause=error.cause) from error
    except OSError as error:
        name, said = Path(error.filename or "").name, system_cause(error)
        told = Text(f"{name}: {said.en}", f"{name}: {said.ja}")
        raise ContractError("template-invalid", template=folder.name, cause=told) from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise ContractError("template-invalid", template=folder.name, cause=_MISSHAPEN.filled(said=error)) from error
    return template


def _parse(path: Path, read: Callable[[str], Any]) -> Any:
    text = _text(path)
    try:
        return read(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        cause = data_fault(error, text)
        told = Text(f"{path.name}: {cause.en}", f"{path.name}: {cause.ja}")
        raise ContractError("template-invalid", template=path.parent.name, cause=told) from error


def template_files(template: Template) -> Iterator[tuple[str, str]]:
    """Yield name and text of every text file of the template that may end up in a contract, shared ones too."""
    own = (path for path in template.folder.rglob("*") if path.suffix in {".j2", ".typ"} and path.is_file())
    files = {path.relative_to(template.folder).as_posix(): path for path in own} | dict(template.fragments)
    for name, path in sorted(files.items()):
        yield name, _text(path)


def _named_folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield name and folder of each template; a user's template hides a shipped one of the same name."""
    for base in (shipped_folder("templates"), *reversed(settings.template_folders)):
        if base.is_dir():
            for folder in sorted(base.iterdir()):
                if NAME.fullmatch(folder.name) and (folder / DESCRIPTION).is_file():
                    yield folder.name, folder


def _text(path: Path) -> str:
    if path.stat().st_size > TEMPLATE_FILE_BYTES:
        raise UnfitValue(_TOO_LARGE.filled(name=path.name, most=size_in_words(TEMPLATE_FILE_BYTES)))
    return path.read_text(encoding="utf-8")


def _text_file(folder: Path) -> str:
    """Return the name of the file that holds the text, of which there must be one."""
    there = [name for name in (CONTRACT, WORD) if (folder / name).is_file()]
    if len(there) != 1:
        raise UnfitValue((_BOTH if there else _NEITHER).filled(contract=CONTRACT, word=WORD))
    if there == [CONTRACT]:
        _text(folder / CONTRACT)
    return there[0]


def _law(folder: Path) -> dict[str, Any]:
    """Return the template's law file; empty where it has none."""
    return _parse(folder / LAW_FILE, tomllib.loads) if (folder / LAW_FILE).is_file() else {}


def _template(folder: Path, description: dict[str, Any], law: dict[str, Any], schema: Any, text_file: str) -> Template:
    parties = tuple(_party(entry) for entry in description["parties"])
    template = Template(
        id=_matching(NAME, description["id"], "id"),
        version=_matching(VERSION, description["version"], "version"),
        title=_two_languages(description["title"]),
        language=cast(Language, _one_of(description["language"], ("ja", "en"), "language")),
        parties=parties,
        signing_order=cast(
            SigningOrder, _one_of(description.get("signing_order", "free"), ("fixed", "free"), "signing_order")
        ),
        date_item=str(description["date"]),
        law=tuple(str(provision) for provision in description["law"]),
        checks=(*map(check_of, description.get("checks", ())), *checks_of(law)),
        folder=folder,
        schema=_usable_schema(schema),
        text_file=text_file,
        audience=cast(Audience, _one_of(description.get("audience", "general"), AUDIENCES, "audience")),
        fragments=fragment_files(folder, shares_of(description)),
        titles=tuple(TitleCase(str(each["when"]), _two_languages(each)) for each in description.get("titles", ())),
    )
    roles = [party.role for party in parties]
    if not roles or len(set(roles)) != len(roles):
        raise UnfitValue(_OWN_ROLES)
    return template


def shares_of(description: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the fragments that a template's description names.

    Raises:
        ValueError: one of them is no name.
    """
    return tuple(_matching(NAME, name, "shares") for name in description.get("shares", ()))


def _party(entry: dict[str, Any]) -> Party:
    kind = _one_of(entry.get("kind", "person"), ("person", "organization"), "kind")
    return Party(
        role=_matching(_ROLE, entry["role"], "role"),
        label=_two_languages(entry["label"]),
        name_item=str(entry["name"]),
        kind=cast(Literal["person", "organization"], kind),
        address_item=str(entry["address"]) if "address" in entry else None,
        optional=_flag(entry.get("optional", False), "optional"),
        number_item=str(entry["corporate_number"]) if "corporate_number" in entry else None,
        label_item=str(entry["label_item"]) if "label_item" in entry else None,
    )


def _usable_schema(schema: Any) -> Mapping[str, Any]:
    fault = _schema_fault(json.dumps(schema))
    if fault:
        raise UnfitValue(_NO_SCHEMA.filled(schema=SCHEMA, fault=fault))
    if not isinstance(schema, dict):
        raise UnfitValue(_NO_OBJECT.filled(schema=SCHEMA))
    return schema


@lru_cache(maxsize=256)
def _schema_fault(schema: str) -> str | None:
    """Return what is wrong with a schema, by its text: a check takes 50 ms, and a screen lists twenty templates."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(json.loads(schema))
    except SchemaError as error:
        return error.message
    return None


def _matching(pattern: re.Pattern[str], value: object, name: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise UnfitValue(_OF_NO_FORM.filled(name=name, value=repr(value), form=pattern.pattern))
    return value


def _one_of(value: object, choices: tuple[str, ...], name: str) -> str:
    if value not in choices:
        raise UnfitValue(_NO_CHOICE.filled(name=name, value=repr(value), choices=", ".join(choices)))
    return str(value)


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise UnfitValue(_NO_FLAG.filled(name=name, value=repr(value)))
    return value


def _two_languages(entry: dict[str, str]) -> Text:
    return Text(en=str(entry["en"]), ja=str(entry["ja"]))


_LACKS = Text("{description} or {law} lacks {item}", "{description} または {law} に {item} がありません")
_TOO_LARGE = Text("{name} is larger than {most}", "{name} が {most} を超えています")
_BOTH = Text(
    "a template has {contract} or {word}, and both are there",
    "ひな形の本文は {contract} か {word} の一方ですが、両方あります",
)
_NEITHER = Text(
    "a template has {contract} or {word}, and neither is there", "ひな形の本文 ({contract} か {word}) がありません"
)
_OWN_ROLES = Text("every party needs a role of its own", "当事者 (parties) には、それぞれ別の role が必要です")
_NO_SCHEMA = Text("{schema}: {fault}", "{schema} が JSON Schema として正しくありません ({fault})")
_NO_OBJECT = Text("{schema} is not an object", "{schema} がオブジェクトではありません")
_OF_NO_FORM = Text("{name} {value} is not of the form {form}", "{name} の {value} が {form} の形ではありません")
_NO_CHOICE = Text("{name} {value} is none of {choices}", "{name} の {value} は {choices} のどれでもありません")
_NO_FLAG = Text("{name} {value} is neither true nor false", "{name} の {value} が true でも false でもありません")
_MISSHAPEN = Text("{said}", "ひな形のファイルの書き方が正しくありません ({said})")
