"""The architecture as it is written down: its floors are import-linter's, every module that it names is there."""

from __future__ import annotations

import ast
import re
import tomllib
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest

PAGES = ("docs/architecture.md", "docs/ja/architecture.md")


@pytest.fixture(params=PAGES)
def page(request, repository):
    return (repository / request.param).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def layers(repository):
    """The rooms from the top down, as the contract in pyproject.toml has them."""
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(each for each in settings["tool"]["importlinter"]["contracts"] if each["type"] == "layers")
    return [layer.split(" | ") for layer in contract["layers"]]


def rooms(page):
    """The rows of the table of rooms."""
    table = page.split("\n## ")[2]
    return re.findall(r"^\| `(\w+)` \| (.+) \|$", table, re.MULTILINE)


def decisions(page):
    """Each question with the module that answers it."""
    table = page.split("\n## ")[3]
    return re.findall(r"^\| (.+) \| `([\w/]+\.py)` \|$", table, re.MULTILINE)


def test_every_room_is_told_of_in_the_order_of_the_floors(page, layers):
    assert [room for room, _ in rooms(page)] == [room for layer in layers for room in layer]


def test_the_picture_shows_every_room_once_from_the_top_down(page, layers):
    picture = page.split("```mermaid\n")[1].split("```")[0]
    drawn = re.findall(r'^ {8}(\w+)\["', picture, re.MULTILINE)
    assert drawn == [room.strip("_") for layer in layers for room in layer]
    floors = re.findall(r'^ {4}subgraph (\w+)\["', picture, re.MULTILINE)
    assert re.findall(r"^ {4}(\w+) --> (\w+)$", picture, re.MULTILINE) == list(pairwise(floors))


def test_every_decision_has_a_module_that_is_there(page, repository):
    found = decisions(page)
    assert len(found) >= 40
    assert [module for _, module in found if not (repository / "signkit" / module).is_file()] == []


def test_no_question_is_answered_in_two_places(page):
    questions = [question for question, _ in decisions(page)]
    assert len(questions) == len(set(questions))


def test_both_languages_give_the_same_addresses(repository):
    english, japanese = ((repository / name).read_text(encoding="utf-8") for name in PAGES)
    assert [module for _, module in decisions(english)] == [module for _, module in decisions(japanese)]
    assert [room for room, _ in rooms(english)] == [room for room, _ in rooms(japanese)]


def test_the_table_of_decisions_is_read_whole(page):
    """A row that is written otherwise would go unseen by the tests above."""
    table = page.split("\n## ")[3]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    heads = table.count("\n### ")
    assert len(rows) - heads == len(decisions(page))


@pytest.mark.slow
def test_no_class_name_stands_for_two_things(repository):
    found: dict[str, list[str]] = {}
    for path in sorted((repository / "signkit").rglob("*.py")):
        for name in re.findall(r"^class ([A-Za-z]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found.setdefault(name, []).append(str(path.relative_to(repository)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


#: What a module may be called that bears the name of another one: it shows, tells errors of, serves, rehearses or is
#: about the room or module of that name; ``values`` are the plain values of their room.
def _is_about(module, others):
    room = module[0]
    return (
        room in {"cli", "errors", "rehearsal", "web"}
        or module[-1] == "values"
        or any(len(each) == 1 for each in others)
    )


def test_no_module_name_stands_for_two_things(repository):
    """docs/architecture.md says the rule; the rooms of ``web`` have names of their own among themselves."""
    named: dict[str, list[tuple[str, ...]]] = {}
    for path in sorted((repository / "signkit").rglob("*.py")):
        module = path.relative_to(repository / "signkit").with_suffix("").parts
        module = module[:-1] if module[-1] == "__init__" else module
        if module and module[-1] != "__main__":
            named.setdefault(module[-1], []).append(module)
    unclear = {
        name: own
        for name, modules in named.items()
        if len(own := [each for each in modules if not _is_about(each, [one for one in modules if one != each])]) > 1
    }
    assert unclear == {}


def test_examples_are_asked_for_in_one_way(repository):
    """Hypothesis's own deadline of 0.2 s an example fails where the machine is busy."""
    modules = [path for path in (repository / "tests").rglob("*.py") if path.name != "examples.py"]
    asking = re.compile(r"^(import hypothesis|from hypothesis import .*\b(given|settings)\b)", re.MULTILINE)
    assert [path.name for path in modules if asking.search(path.read_text(encoding="utf-8"))] == []


def test_no_module_is_too_long_to_read(repository):
    modules = (repository / "signkit").rglob("*.py")
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {name: count for name, count in lines.items() if count > 500} == {}


def _imported(tree, modules):
    """Yield what a module imports wherever it does, in functions and for its types alone too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{name.name}" for name in node.names)
            yield from (name if name in modules else node.module for name in names)


@pytest.mark.slow
def test_no_modules_import_one_another_in_a_circle(repository):
    """Also not by imports inside functions, nor by the names of types."""
    folder = repository / "signkit"
    trees = {}
    for path in folder.rglob("*.py"):
        module = path.relative_to(repository).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        trees[module] = ast.parse(path.read_text(encoding="utf-8"))
    assert len(trees) > 300
    graph = {module: set(_imported(tree, trees.keys())) & trees.keys() - {module} for module, tree in trees.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
