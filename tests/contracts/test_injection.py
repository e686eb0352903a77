"""No value becomes markup or code, wherever a template prints it; no template reaches beyond its folder."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import strategies as st
from pypdf import PdfReader

from signkit.contracts.escaping import code_literal, string_literal, unescape
from signkit.contracts.markup import typst_source
from signkit.contracts.render import render_contract
from signkit.contracts.sandbox import MAX_SOURCE_CHARACTERS, holds
from signkit.errors import ContractRefused
from signkit.plain_data import Data
from tests.examples import given
from tests.refusals import refused_as

from .conftest import MakeTemplate

HOSTILE = {
    "typst-read": '#read("/etc/passwd")',
    "typst-code-block": "#{ panic() }",
    "closes-the-string": '"; #panic("x"); #"',
    "closes-content": "] #panic() [",
    "backslashes": "\\\\\\u{23}panic()\\",
    "strong": "*bold* _emph_ `raw` $x^2$ = heading",
    "label-and-reference": "<here> @here",
    "comment": "// gone /* gone */",
    "jinja-expression": "{{ 7 * 7 }}",
    "jinja-statement": "{% for x in range(9) %}x{% endfor %}",
    "line-comment-then-line-feed": "//\n#panic()",
    "html": "<script>&amp;</script>",
}


def printed(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_value_is_printed_as_it_is(make_template: MakeTemplate, data: Data, value: str) -> None:
    data["name"] = f"前{value}後"

    rendered = render_contract(make_template(), data)

    assert squeezed(f"前{value}後") in squeezed(printed(rendered.pdf))


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_value_in_code_mode_is_printed_as_it_is(make_template: MakeTemplate, data: Data, value: str) -> None:
    data["name"] = f"前{value}後"
    template = make_template("#text(red, {{ name | code }})\n\n{{ signing_block('issuer') }}")

    rendered = render_contract(template, data)

    assert squeezed(f"前{value}後") in squeezed(printed(rendered.pdf))


@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
def test_value_for_code_misplaced_in_markup_is_still_text(make_template: MakeTemplate, data: Data, value: str) -> None:
    data["name"] = f"前{value}後"
    template = make_template("{{ name | code }}\n\n{{ signing_block('issuer') }}")

    rendered = render_contract(template, data)

    assert "panic" not in value or "panic" in squeezed(printed(rendered.pdf))


@pytest.mark.parametrize("place", ["#text({{ name }})", '#text("{{ name }}")', '#link("mailto:{{ name }}")[x]'])
@pytest.mark.parametrize("value", ["", "in", "sys", "a", ') + read("x"', *HOSTILE.values()])
def test_value_misplaced_in_code_is_an_error_not_code(
    make_template: MakeTemplate, data: Data, place: str, value: str
) -> None:
    data["name"] = value
    template = make_template(place + "\n\n{{ signing_block('issuer') }}")

    with refused_as("typesetting-failed"):
        render_contract(template, data)


def test_source_holds_no_character_of_a_value(make_template: MakeTemplate, data: Data) -> None:
    data["name"] = "import eval"

    assert typst_source(make_template("{{ name }}"), data) == (
        '#"\\u{69}\\u{6d}\\u{70}\\u{6f}\\u{72}\\u{74}\\u{20}\\u{65}\\u{76}\\u{61}\\u{6c}";'
    )


MACROS = {
    "macro": "{% macro m(x) %}*{{ x }}*{% endmacro %}{{ m(name) }}",
    "set-block": "{% set x %}*{{ name }}*{% endset %}{{ x }}",
    "call-block": "{% macro m() %}*{{ caller() }}*{% endmacro %}{% call m() %}{{ name }}{% endcall %}",
    "include": "{% include 'part.j2' %}",
    "imported-macro": "{% from 'lib.j2' import m %}{{ m(name) }}",
}


@pytest.mark.parametrize("text", MACROS.values(), ids=MACROS.keys())
def test_macros_and_blocks_print_markup_once(make_template: MakeTemplate, data: Data, text: str) -> None:
    files = {"part.j2": "*{{ name }}*", "lib.j2": "{% macro m(x) %}*{{ x }}*{% endmacro %}"}
    data["name"] = "甲#x"

    assert typst_source(make_template(text, **files), data) == '*#"\\u{7532}\\u{23}\\u{78}";*'


@pytest.mark.parametrize(
    "expression",
    ["m() ~ name", "m() + name", "[m(), name] | join", "m() | replace('x', name)", "m() | upper", "m()[:99]"],
)
def test_markup_joined_with_a_value_becomes_a_value(make_template: MakeTemplate, data: Data, expression: str) -> None:
    data["name"] = "#panic()"

    source = typst_source(make_template("{% macro m() %}*x*{% endmacro %}{{ " + expression + " }}"), data)

    assert "panic" not in source
    assert "*" not in source


FORBIDDEN_TEMPLATES = {
    "safe-filter": "{{ name | safe }}",
    "filter-block": "{% filter replace('x', name) %}x{% endfilter %}",
    "autoescape-block": "{% autoescape true %}{{ name }}{% endautoescape %}",
    "python-attribute": "{{ name.__class__ }}",
    "python-method": "{{ name.format(1) }}",
    "format-operator": "{{ '%999999999d' % 1 }}",
    "repeated-text": "{{ 'a' * 999999999 }}",
    "huge-power": "{{ 9 ** 99999999 }}",
    "huge-range": "{% for i in range(1000000000) %}{% endfor %}",
    "endless-output": "{% for i in range(1000) %}{% for j in range(1000) %}123456789{% endfor %}{% endfor %}",
    "doubling-blocks": "{% set a %}0123456789{% endset %}" + "{% set a %}{{ a }}{{ a }}{% endset %}" * 40,
    "dict-function": "{{ dict(a=1) | length }}",
    "random": "{{ [1, 2] | random }}",
    "undefined-item": "{{ nowhere }}",
    "undefined-attribute": "{{ name.nowhere }}",
    "list": "{{ [1] }}",
    "truth-value": "{{ true }}",
    "none": "{{ none }}",
    "include-outside": "{% include '../secret.j2' %}",
    "include-absolute": "{% include '/etc/hostname' %}",
    "syntax-error": "{% if %}",
    "unknown-role": "{{ signing_block('nobody') }}",
    "hostile-length": "{{ signing_block('issuer', width='1mm) #panic(') }}",
    "typst-package": '#import "@preview/cetz:0.3.0": *',
    "typst-package-in-pieces": "#im{# #}port {{ name }}",
    "typst-package-after-an-operator": '#{1 -import "@preview/cetz:0.3.0"}',
    "typst-package-after-text": '#{ 値;import "@preview/cetz:0.3.0" }',
    "typst-include": '#include "other.typ"',
    "typst-eval": '#eval("1")',
    "typst-eval-by-module": "#dictionary(std)",
    "typst-plugin": '#plugin("x.wasm")',
}


@pytest.mark.parametrize("text", FORBIDDEN_TEMPLATES.values(), ids=FORBIDDEN_TEMPLATES.keys())
def test_template_may_not(make_template: MakeTemplate, data: Data, text: str, tmp_path) -> None:
    (tmp_path / "secret.j2").write_text("secret")

    with refused_as("template-invalid") as caught:
        typst_source(make_template(text), data)

    assert caught.value.exit_code == 10


_DOUBLED = "{% set a = ['x', 'y'] %}" + "{% set a = [a, a] %}" * 40
_TEN = "'aaaaaaaaaa'"

#: What would fill the memory or take hours, and what the error says.
BOUNDED = {
    "doubled by ~": ("{% set a = 'xxxxxxxxxxxxxxxx' %}" + "{% set a = a ~ a %}" * 24, "~ makes a text of more than"),
    "doubled by +": ("{% set a = 'xxxxxxxxxxxxxxxx' %}" + "{% set a = a + a %}" * 24, "+ makes a text of more than"),
    "lists doubled by +": ("{% set a = [1] %}" + "{% set a = a + a %}" * 24, "+ makes a list of more than"),
    "a text and a list": ("{{ 'a' + [1] }}", "+ is for two numbers, two texts or two lists"),
    "squared": ("{% set a = 9 %}" + "{% set a = a * a %}" * 40, "* makes a number that is too large"),
    "nested loops": (
        "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
        "{% endfor %}{% endfor %}{% endfor %}",
        "more than 100,000 steps",
    ),
    "nested loops that pass over all": (
        "{% for a in range(1000) %}{% for b in range(1000) if false %}{% endfor %}{% endfor %}",
        "more than 100,000 steps",
    ),
    "recursive loop": (
        "{% for a in range(1000) recursive %}{{ loop(range(1000)) if loop.depth < 4 else '' }}{% endfor %}",
        "more than 100,000 steps",
    ),
    "macro that calls itself twice": (
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(40) }}",
        "more than 100,000 steps",
    ),
    "file that includes itself twice": (
        "{% set n = 40 %}{% include 'part.j2' %}", "more than 100,000 steps",
    ),
    "loop in an included file": (
        "{% for a in range(1000) %}{% include 'loop.j2' %}{% endfor %}", "more than 100,000 steps",
    ),
    "list that holds itself doubled": (_DOUBLED, "more than 100,000 steps"),
    "list as a text": ("{{ [1] ~ 'x' }}", "~ is for texts and numbers, not for a list"),
    "list in capitals": ("{{ ['x'] | upper }}", "upper is for texts and numbers, not for a list"),
    "replaced by more": ("{{ 'a'" + f" | replace('a', {_TEN})" * 10 + " }}", "replace makes a text of more than"),
    "joined by much": (
        "{% set a = 'x' | replace('x', '" + "y" * 1000 + "') %}{{ range(1000) | join(a) }}",
        "join makes a text of more than",
    ),
    "lists summed": ("{{ [[1], [1]] | sum(start=[]) }}", "sum is for numbers"),
    "rounded to a huge power": ("{{ 1 | round(999999999, 'ceil') }}", "round is for up to 20 decimals"),
    "sorted in a loop": (
        "{% set a = range(1000) | list %}{% for i in a %}{{ a | sort | first }}{% endfor %}", "more than 100,000 steps",
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("text", "cause"), BOUNDED.values(), ids=BOUNDED.keys())
def test_what_would_take_hours_or_all_memory_is_refused(
    make_template: MakeTemplate, data: Data, text: str, cause: str
) -> None:
    part = "{% if n %}{% set n = n - 1 %}{% include 'part.j2' %}{% include 'part.j2' %}{% endif %}"
    loop = "{% for b in range(1000) %}{% endfor %}"

    with refused_as("template-invalid", match=re.escape(cause)):
        typst_source(make_template(text, **{"part.j2": part, "loop.j2": loop}), data)


def test_a_check_is_bounded_too(make_template: MakeTemplate, data: Data) -> None:
    doubled = "'aaaaaaaaaa'" + " | replace('a', 'aaaaaaaaaa')" * 3

    with refused_as("template-invalid", match="~ makes a text of more than"):
        holds(make_template(), " ~ ".join([f"({doubled})"] * 11), data)


def test_each_rendering_has_its_own_steps(make_template: MakeTemplate, data: Data) -> None:
    template = make_template("{% for i in range(900) %}{% for j in range(60) %}{% endfor %}{% endfor %}")

    assert typst_source(template, data) == typst_source(template, data) == ""


def test_bounded_operators_and_filters_do_as_before(make_template: MakeTemplate, data: Data) -> None:
    text = (
        "{% for k, v in [('a', 1), ('b', 2)] %}{{ (loop.index ~ '/' ~ loop.length ~ k ~ v) | code }}{% endfor %}"
        "{{ ([1] + [2]) | code }}{{ (1 + 2 * 3) | code }}{{ ['a', 'b'] | join('-') | code }}"
        "{{ 'abab' | replace('a', 'c', 1) | code }}{{ [{'n': 1}, {'n': 2}] | sum('n') | code }}"
        "{{ [{'n': 1}, {'n': 2}] | join(',', attribute='n') | upper | code }}{{ 1.25 | round(1, 'floor') | code }}"
    )

    assert unescape(typst_source(make_template(text), data)) == ('"1/2a1""2/2b2"(1,2,)7"a-b""cbab"3"1,2"1.2')


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "../../../../../../etc/passwd"])
def test_typesetter_reads_nothing_outside_the_folder(
    make_template: MakeTemplate, data: Data, tmp_path, path: str
) -> None:
    (tmp_path / "secret.txt").write_text("secret")

    with refused_as("typesetting-failed"):
        render_contract(make_template(f'#read("{path}")'), data)


def test_typesetter_reads_a_file_of_the_folder(make_template: MakeTemplate, data: Data) -> None:
    template = make_template('#read("note.txt")\n\n{{ signing_block("issuer") }}', **{"note.txt": "同じフォルダーの文"})

    assert "同じフォルダーの文" in printed(render_contract(template, data).pdf)


def test_symbolic_link_out_of_the_folder_is_not_followed(make_template: MakeTemplate, data: Data, tmp_path) -> None:
    (tmp_path / "secret.j2").write_text("secret")
    template = make_template("{% include 'link.j2' %}")
    try:
        (template.folder / "link.j2").symlink_to(tmp_path / "secret.j2")
    except OSError:
        pytest.skip("symbolic links cannot be made here")

    with refused_as("template-invalid"):
        typst_source(template, data)


@pytest.mark.slow
def test_longest_text_renders(make_template: MakeTemplate, data: Data) -> None:
    data["name"] = "長" * 20_000

    assert len(PdfReader(BytesIO(render_contract(make_template(), data).pdf)).pages) > 10
    assert MAX_SOURCE_CHARACTERS > 20_000


@pytest.mark.parametrize(
    ("name", "character"),
    [
        ("right-to-left override", "\u202e"),
        ("left-to-right isolate", "\u2066"),
        ("first strong isolate", "\u2068"),
        ("pop isolate", "\u2069"),
        ("zero-width space", "\u200b"),
        ("byte order mark", "\ufeff"),
        ("soft hyphen", "\u00ad"),
        ("null", "\x00"),
        ("escape", "\x1b"),
        ("tab", "\t"),
        ("carriage return", "\r"),
        ("line separator", "\u2028"),
        ("delete", "\x7f"),
        ("private use (外字)", "\ue000"),
        ("lone surrogate", "\ud800"),
        ("combining voiced mark after kana", "か\u3099"),
    ],
)
def test_character_refused(make_template: MakeTemplate, data: Data, name: str, character: str) -> None:
    data["name"] = f"山田{character}太郎"

    with pytest.raises(ContractRefused) as caught:
        render_contract(make_template(), data)

    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("character", "name")
    assert f"U+{ord(character[-1]):04X}" in problem.message.ja
    assert character[-1] not in caught.value.message("ja")


@pytest.mark.slow
@given(st.text())
def test_literal_spells_a_text_with_nothing_but_escapes(text: str) -> None:
    literal = string_literal(text)

    assert re.fullmatch(r'"(\\u\{[0-9a-f]{1,6}\})*"', literal)
    assert unescape(literal) == f'"{text}"'


@pytest.mark.parametrize(
    ("value", "literal"),
    [(None, "none"), (True, "true"), (5, "5"), (-5, "(-5)"), (1.5, "1.5"), ([], "()"), ([1], "(1,)"), ({}, "(:)")],
)
def test_literals_of_code(value: object, literal: str) -> None:
    assert code_literal(value) == literal


def test_tables_in_code(make_template: MakeTemplate, data: Data) -> None:
    template = make_template(
        "#let d = {{ {'a b': [name, 1, true]} | code }}\n#d.at(\"a b\").first() {{ signing_block('issuer') }}"
    )

    assert "髙橋" in printed(render_contract(template, data).pdf)


def test_forbidden_word_may_stand_as_a_value(make_template: MakeTemplate, data: Data) -> None:
    template = make_template("Benefits {{ 'include' }} lunch. {{ signing_block('issuer') }}")

    assert "Benefits include lunch." in printed(render_contract(template, data).pdf)


def test_other_values_have_no_literal() -> None:
    with pytest.raises(TypeError, match="a set has no form in code"):
        code_literal({1})
