"""Text that templates share: named, bound to what is named, and part of the template like its own files."""

from __future__ import annotations

import re
import shutil

import pytest

from signkit.contracts.provenance import template_digest
from signkit.contracts.render import render_contract, template_problems
from signkit.contracts.template import AUDIENCES, find_template, list_templates, load_template, template_files
from tests.refusals import refused_as

from .conftest import DESCRIPTION

SHARING = DESCRIPTION.replace('language = "ja"\n', 'language = "ja"\nshares = ["words"]\n')
TEXT = '{% from "shared/words.typ.j2" import received %}{{ received(name) }}\n\n{{ signing_block("issuer") }}\n'
WORDS = "{% macro received(who) %}{{ who }}が受領した。{% endmacro %}\n"


@pytest.fixture
def sharing(tmp_path, make_template):
    """A template with a fragment of its own."""
    (tmp_path / "receipt" / "shared").mkdir(parents=True)
    (tmp_path / "receipt" / "shared" / "words.typ.j2").write_text(WORDS, encoding="utf-8")
    return make_template(TEXT, SHARING)


def test_a_fragment_that_is_named_is_read(sharing, data):
    assert render_contract(sharing, data).blocks[0].role == "issuer"


def test_a_shipped_fragment_is_read_by_any_template(make_template, data):
    text = (
        '{% from "shared/clauses.typ.j2" import jurisdiction_clause %}\n'
        '#article(1, "管轄"){{ jurisdiction_clause(name) }}\n\n{{ signing_block("issuer") }}'
    )
    template = make_template(text, SHARING.replace('"words"', '"clauses"'))
    assert render_contract(template, data).pdf


@pytest.mark.parametrize("name", ["clauses", "../kept/digests", "parties.typ.j2/../clauses"])
def test_a_fragment_that_is_not_named_is_not_read(make_template, data, name):
    template = make_template(f'{{% include "shared/{name}.typ.j2" %}}' + "{{ signing_block('issuer') }}")
    with refused_as("template-invalid"):
        render_contract(template, data)


@pytest.mark.parametrize("name", ["nothing", "../kept/digests", "/etc/hostname", "", "Words"])
def test_a_fragment_that_is_not_there_is_refused(make_template, name):
    with refused_as("template-invalid"):
        make_template(TEXT, SHARING.replace('"words"', f'"{name}"'))


def test_a_link_out_of_the_folder_is_no_fragment(make_template, tmp_path):
    (tmp_path / "elsewhere").write_text(WORDS, encoding="utf-8")
    (tmp_path / "receipt" / "shared").mkdir(parents=True)
    (tmp_path / "receipt" / "shared" / "words.typ.j2").symlink_to(tmp_path / "elsewhere")
    with refused_as("template-invalid"):
        make_template(TEXT, SHARING)


def test_what_is_wrong_in_a_fragment_is_told_with_its_name(sharing):
    path = sharing.folder / "shared" / "words.typ.j2"
    path.write_text(WORDS + "個人番号\n", encoding="utf-8")
    assert [problem.path for problem in template_problems(load_template(sharing.folder))] == ["shared/words.typ.j2:2"]


def test_a_fragment_counts_for_the_digest_as_if_it_lay_in_the_folder(tmp_path):
    """So a version that is kept with its fragments stays what it was when the shipped ones change."""
    shipped = find_template("residential-lease")
    kept = tmp_path / "kept"
    shutil.copytree(shipped.folder, kept)
    assert template_digest(kept) == template_digest(shipped.folder)
    (kept / "shared").mkdir()
    for name, path in shipped.fragments.items():
        shutil.copyfile(path, kept / name)
    assert template_digest(kept) == template_digest(shipped.folder)
    changed = kept / "shared" / "lease.typ.j2"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert template_digest(kept) != template_digest(shipped.folder)
    assert load_template(kept).fragments["shared/lease.typ.j2"] == changed.resolve()


@pytest.mark.parametrize("template", list_templates(), ids=lambda template: template.id)
def test_shipped_templates_name_what_they_import_and_nothing_else(template):
    imported = {
        name for _, text in template_files(template) for name in re.findall(r'{% from "(shared/[^"]+)" import', text)
    }
    assert imported == set(template.fragments)


@pytest.mark.slow
def test_every_shipped_template_says_who_needs_it():
    audiences = {template.id: template.audience for template in list_templates()}
    assert audiences["real-estate-sale"] == audiences["residential-lease"] == "broker"
    assert audiences["employment-agreement"] == "hr"
    assert audiences["consent"] == "general"
    assert set(audiences.values()) <= set(AUDIENCES)


def test_an_audience_that_is_not_known_is_refused(make_template):
    with refused_as("template-invalid"):
        make_template(description=DESCRIPTION.replace('language = "ja"\n', 'language = "ja"\naudience = "lawyers"\n'))
