"""Parting finished contracts into one folder a person, with nobody else's files in it.

Whose a contract is, the contract itself says (its embedded data).  Everything is looked at before the first file is
copied: two people of one name, a name that is no safe folder name, or a stranger's file lying in a person's folder
refuse the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from signkit.contracts.bulk.naming import NameRefused, fold, safe_name, value_at
from signkit.errors import ContractDataUnreadable, ContractError, InputUnreadable
from signkit.leftovers import is_part, remove_leftovers
from signkit.output import make_folder, write_checked
from signkit.pdf.embedded_contract import read_contract
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
    values = tuple(value_at(contract.data, item) for item in by) if contract is not None else ()
    if contract is None or not all(isinstance(value, str) and value.strip() for value in values):
        raise _refusal(
            f"{path} does not say whose it is ({', '.join(by)})", f"{path} に {'、'.join(by)} の項目がありません"
        )
    tables = dict.fromkeys(item.partition(".")[0] for item in by)
    return _FoundContract(
        path, tuple(value.strip() for value in values), tuple(contract.data.get(table) for table in tables)
    )


def _of_one_person(group: list[_FoundContract], read: Read) -> PersonsFiles:
    first = group[0]
    for other in group[1:]:
        if (other.values, other.person) != (first.values, first.person):
            raise _refusal(
                f"{first.path} and {other.path} would share a folder, but may be two people's",
                f"{first.path} と {other.path} は同じフォルダーになりますが、別人の可能性があります",
            )
    try:
        folder = safe_name("-".join(first.values))
    except NameRefused as refused:
        raise _refusal(f"{first.path}: {refused.words.en}", f"{first.path}: {refused.words.ja}") from refused
    paths = sorted({found.path for found in group})
    superseded = _superseded_files(paths, read)
    files = tuple(path for path in paths if path not in superseded)
    names = sorted(fold(path.name) for path in files)
    if any(one == other for one, other in pairwise(names)):
        raise _refusal(f"two files for {folder} have one name", f"{folder} のファイル名が重複しています")
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
                f"another run is writing {there} at this moment", f"別の処理が {there} を書き込んでいる途中です"
            )
        if there.name not in earlier or not there.is_file() or there.read_bytes() != read(earlier[there.name]):
            raise _refusal(
                f"{there} lies in a person's folder and is none of theirs to be handed out",
                f"{there} は本人に渡すファイルではありません",
            )


def _refusal(en: str, ja: str) -> ContractError:
    return ContractError("handout-refused", cause=Text(en, ja), advice=_ADVICE)


_ADVICE = Text(
    "Tell people apart with a further --by (employee.address); take other files out; hand out into a new folder.",
    "--by employee.address を加えて区別し、ほかのファイルを除くか、新しいフォルダーに出力してください。",
)
