"""Templates at the command line: begun, checked, drawn."""

from __future__ import annotations

import pytest


@pytest.mark.slow
def test_a_template_is_begun_checked_and_drawn(signkit, tmp_path):
    begun = signkit("template", "new", "my-memo")
    assert begun.returncode == 0, begun.stderr
    assert "my-memo/template.toml" in begun.stdout
    sound = signkit("template", "check", "my-memo", "--preview", "pages")
    assert (sound.returncode, sound.stdout) == (0, "pages/my-memo-1.png\n"), sound.stderr
    assert (tmp_path / "pages/my-memo-1.png").read_bytes().startswith(b"\x89PNG")
    rendered = signkit("render", "my-memo", "my-memo/example.yaml")
    assert rendered.returncode == 0, rendered.stderr


@pytest.mark.slow
def test_what_is_to_mend_is_printed_and_the_exit_code_says_so(signkit):
    signkit("template", "new", "my-sale", "--law", "takkengyo-37")
    run = signkit("template", "check", "my-sale", lang="ja")
    assert run.returncode == 10
    assert len(run.stdout.splitlines()) == 15
    assert "代金の額、支払の時期及び方法 [takkengyo-37.3]" in run.stdout
    assert "直すべき点が 15 件" in run.stderr


@pytest.mark.slow
def test_names_and_laws_that_are_none(signkit):
    assert "not a template's name" in signkit("template", "new", "My_Memo").stderr
    assert "Known: electronic-delivery, freelance-3" in signkit("template", "new", "memo", "--law", "bgb").stderr
    signkit("template", "new", "memo")
    again = signkit("template", "new", "memo")
    assert (again.returncode, "exists already" in again.stderr) == (14, True)
