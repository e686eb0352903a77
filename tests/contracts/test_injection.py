"""No value becomes markup or code, wherever a template prints it; no template reaches beyond its folder."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from signkit.contracts.data import Data
from signkit.contracts.escaping import code_literal, string_literal, unescaped
from signkit.contracts.markup import typst_source
from signkit.contracts.render import render_contract
from signkit.contracts.sandbox import MAX_SOURCE_CHARACTERS
from signkit.errors import ContractRefused, TemplateInvalid, TypesettingFailed

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

    with pytest.raises(TypesettingFailed):
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

    with pytest.raises(TemplateInvalid) as caught:
        typst_source(make_template(text), data)

    assert caught.value.EXIT_CODE == 10


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "../../../../../../etc/passwd"])
def test_typesetter_reads_nothing_outside_the_folder(
    make_template: MakeTemplate, data: Data, tmp_path, path: str
) -> None:
    (tmp_path / "secret.txt").write_text("secret")

    with pytest.raises(TypesettingFailed):
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

    with pytest.raises(TemplateInvalid):
        typst_source(template, data)


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


@given(st.text())
def test_literal_spells_a_text_with_nothing_but_escapes(text: str) -> None:
    literal = string_literal(text)

    assert re.fullmatch(r'"(\\u\{[0-9a-f]{1,6}\})*"', literal)
    assert unescaped(literal) == f'"{text}"'


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
