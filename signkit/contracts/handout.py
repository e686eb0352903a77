"""Parting finished contracts into one folder a person, with nobody else's files in it.

Whose a contract is, the contract itself says (its embedded data).  Everything is looked at before the first file is
copied: two people of one name, a name that is no safe folder name, or a stranger's file lying in a person's folder
refuse the whole.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from signkit.contracts.bulk.naming import NameRefused, fold, safe_name, value_at
from signkit.errors import ContractDataUnreadable, ContractError, InputUnreadable
from signkit.leftovers import is_part, remove_leftovers
from signkit.output import make_folder, write_checked
from signkit.pdf.embedded_contract import EmbeddedContract, read_contract, role_asked_for
from signkit.words import Text

#: Files that systems put into any folder by themselves.
_SYSTEM_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})

Read = Callable[[Path], bytes]


@dataclass(frozen=True)
class PersonsFiles:
    """What one person gets.

    Attributes:
        folder: the name of the person's folder.
        files: the contracts, each in its furthest signed copy.
        superseded: copies of which another continues: the same bytes with more signatures.
    """

    folder: str
    files: tuple[Path, ...]
    superseded: tuple[Path, ...]


@dataclass(frozen=True)
class _FoundContract:
    path: Path
    values: tuple[str, ...]
    person: tuple[Any, ...]
    contract: EmbeddedContract


def plan_handout(paths: Iterable[Path], by: Sequence[str], read: Read) -> tuple[PersonsFiles, ...]:
    """Group contracts by the items that tell whose they are.

    Args:
        by: paths of data items (``employee.name``); the folder is called after their values, joined by hyphens.
        read: returns a file's bytes.

    Raises:
        ContractError("handout-refused"): a file does not say whose it is, or two people cannot be told apart.
        InputUnreadable: a file cannot be read.
    """
    folders: dict[str, list[_FoundContract]] = {}
    for path in paths:
        found = _find_contract(path, by, read(path))
        folders.setdefault(fold("-".join(found.values)), []).append(found)
    return tuple(_of_one_person(group, read) for group in folders.values())


def _find_contract(path: Path, by: Sequence[str], pdf: bytes) -> _FoundContract:
    try:
        contract = read_contract(pdf)
    except (ContractDataUnreadable, InputUnreadable):
        contract = None
    values = tuple(_value(contract, item) for item in by) if contract is not None else ()
    if contract is None or not all(isinstance(value, str) and value.strip() for value in values):
        raise _refusal(
            f"{path} does not say whose it is ({', '.join(by)})",
            f"{path} に {'、'.join(by)} の項目がありません",
            _by_another(contract) if contract is not None else _NO_CONTRACT,
        )
    tables = dict.fromkeys(role_asked_for(item.partition(".")[0], contract.parties) for item in by)
    return _FoundContract(
        path,
        tuple(value.strip() for value in values),
        tuple(contract.data.get(table) for table in tables),
        contract,
    )


def _value(contract: EmbeddedContract, item: str) -> Any:
    """Return what an item holds; a role, by its name or its title, stands for its party's name, or begins the path."""
    role, dot, rest = item.partition(".")
    role = role_asked_for(role, contract.parties)
    named = next((party.name for party in contract.parties if party.role == role), None)
    return named if named is not None and not dot else value_at(contract.data, f"{role}{dot}{rest}")


def _of_one_person(group: list[_FoundContract], read: Read) -> PersonsFiles:
    first = group[0]
    for other in group[1:]:
        if (other.values, other.person) != (first.values, first.person):
            raise _refusal(
                f"{first.path} and {other.path} would share a folder, but may be two people's",
                f"{first.path} と {other.path} は同じフォルダーになりますが、別人の可能性があります",
                _to_tell_apart(first, other),
            )
    try:
        folder = safe_name("-".join(first.values))
    except NameRefused as refused:
        raise _refusal(
            f"{first.path}: {refused.words.en}", f"{first.path}: {refused.words.ja}", _by_another(first.contract)
        ) from refused
    paths = sorted({found.path for found in group})
    superseded = _superseded_files(paths, read)
    files = tuple(path for path in paths if path not in superseded)
    names = sorted(fold(path.name) for path in files)
    if any(one == other for one, other in pairwise(names)):
        raise _refusal(f"two files for {folder} have one name", f"{folder} のファイル名が重複しています", _RENAME)
    return PersonsFiles(folder, files, superseded)


def _superseded_files(paths: Sequence[Path], read: Read) -> tuple[Path, ...]:
    """Return the files that are the exact beginning of another: a signature only ever adds to a file."""
    if len(paths) < 2:
        return ()
    contents = {path: read(path) for path in paths}
    return tuple(
        path
        for path, data in contents.items()
        if any(len(other) > len(data) and other.startswith(data) for other in contents.values())
    )


def hand_out(
    plan: Sequence[PersonsFiles],
    target: Path,
    read: Read,
    *,
    overwrite: bool = False,
    on_file: Callable[[Path], None] = lambda _: None,
) -> tuple[Path, ...]:
    """Copy each person's files into their folder below ``target``; return the copies.

    Raises:
        ContractError("handout-refused"): a folder holds a file that is none of the person's.
        ContractError("outputs-differ"): a copy is there already with other bytes, and ``overwrite`` is not set.
        FileUnusable("output-not-written"): the folder, the disk or the permissions do not allow it.
    """
    for person in plan:
        _refuse_strangers(person, target / person.folder, read)
    copies = {target / person.folder / path.name: path for person in plan for path in person.files}
    there = {copy for copy, path in copies.items() if copy.is_file() and copy.read_bytes() == read(path)}
    if not overwrite and (differing := [str(copy) for copy in copies if copy.exists() and copy not in there]):
        raise ContractError("outputs-differ", paths=tuple(differing))
    for copy, path in copies.items():
        if copy not in there:
            make_folder(copy.parent)
            write_checked(copy, read(path), overwrite=overwrite)
        on_file(copy)
    return tuple(copies)


def _refuse_strangers(person: PersonsFiles, folder: Path, read: Read) -> None:
    """Refuse a folder with any file that is neither to be written nor an earlier copy of this person's."""
    if not folder.is_dir():
        return
    remove_leftovers(folder)
    wanted = {path.name for path in person.files}
    earlier = {path.name: path for path in person.superseded}
    for there in folder.iterdir():
        if there.name in wanted or there.name.lower() in _SYSTEM_FILES:
            continue
        if is_part(there.name):
            raise _refusal(
                f"another run is writing {there} at this moment",
                f"別の処理が {there} を書き込んでいる途中です",
                _WAIT,
            )
        if there.name not in earlier or not there.is_file() or there.read_bytes() != read(earlier[there.name]):
            raise _refusal(
                f"{there} lies in a person's folder and is none of theirs to be handed out",
                f"{there} は本人に渡すファイルではありません",
                _ANOTHER_FOLDER,
            )


def _refusal(en: str, ja: str, advice: Text) -> ContractError:
    return ContractError("handout-refused", cause=Text(en, ja), advice=advice)


def _by_another(contract: EmbeddedContract) -> Text:
    """Advise what can be told by: the parties whose names can be those of folders."""
    roles = [party.role for party in contract.parties if party.name and _is_safe(party.name)]
    if not roles:
        return Text(
            "Nobody's name in it can be the name of a folder: copy these files by hand.",
            "フォルダー名にできる当事者の名前がありません。手作業でコピーしてください。",
        )
    known = " / ".join(f"--by {shlex.quote(role)}" for role in roles)
    return Text(f"Tell whose it is by a party: {known}", f"当事者で分けてください: {known}")


def _to_tell_apart(one: _FoundContract, other: _FoundContract) -> Text:
    """Advise a further item by which two people can be told apart, and which can be part of a folder's name."""
    for item in _items(one.contract.data):
        names = [_further_name(each, item) for each in (one, other)]
        if all(map(_is_safe, names)) and len(set(map(fold, names))) == len(names):
            further = f"--by {shlex.quote(item)}"
            return Text(f"Tell them apart with a further {further}", f"さらに {further} を加えて区別してください。")
    return Text(
        f"Hand {other.path} out in a run of its own, into another folder.",
        f"{other.path} は別に実行し、別のフォルダーに出力してください。",
    )


def _further_name(found: _FoundContract, item: str) -> str:
    """Return the folder's name with a further item; an empty one where the contract lacks it."""
    value = value_at(found.contract.data, item)
    return "-".join((*found.values, value.strip())) if isinstance(value, str) and value.strip() else ""


def _items(data: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield the paths of all items of text, lists left out."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _items(value, f"{path}{name}.")
        elif isinstance(value, str):
            yield f"{path}{name}"


def _is_safe(name: str) -> bool:
    try:
        return bool(safe_name(name))
    except NameRefused:
        return False


_ANOTHER_FOLDER = Text(
    "Take it out of the folder, or hand out into a new one (-o).",
    "そのファイルをフォルダーから除くか、-o で新しいフォルダーに出力してください。",
)
_WAIT = Text("Wait until it has ended.", "その処理が終わるのを待ってください。")
_RENAME = Text("Give one of them another name.", "どちらかの名前を変えてください。")
_NO_CONTRACT = Text(
    "It is no contract that SignKit made: leave it out.",
    "SignKit で作った契約書ではありません。対象から除いてください。",
)
