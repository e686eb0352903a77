"""Settings from file and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from signkit.errors import InputUnreadable
from signkit.settings import Settings, load_settings
from tests.refusals import refused_as


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "signkit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_gives_the_defaults(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_settings(environ={}) == Settings()


def test_a_file_in_the_current_folder_is_not_believed(tmp_path, monkeypatch):
    """Else a folder of incoming PDFs could add its own trust anchor."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write(tmp_path, 'trust_folders = ["."]')
    assert load_settings(environ={}).trust_folders == ()


def test_the_file_that_the_environment_names_is_read(tmp_path):
    path = write(tmp_path, "network_timeout = 3")
    assert load_settings(environ={"SIGNKIT_SETTINGS": str(path)}).network_timeout == 3.0


def test_folders_are_relative_to_the_file(tmp_path):
    path = write(tmp_path, 'template_folders = ["mine"]\ntsa_urls = ["https://tsa.example"]\nnetwork_timeout = 3')
    settings = load_settings(path, environ={})
    assert settings.template_folders == (tmp_path / "mine",)
    assert settings.tsa_urls == ("https://tsa.example",)
    assert settings.network_timeout == 3.0


def test_the_environment_wins(tmp_path):
    path = write(tmp_path, "network_timeout = 3")
    assert load_settings(path, environ={"SIGNKIT_NETWORK_TIMEOUT": "7"}).network_timeout == 7.0


@pytest.mark.parametrize(
    ("text", "item"),
    [("colour = 'red'", "colour"), ("network_timeout = 'soon'", "network_timeout"), ("tsa_urls = 3", "tsa_urls")],
)
def test_what_cannot_be_used_is_named(tmp_path, text, item):
    with refused_as("settings-invalid") as refusal:
        load_settings(write(tmp_path, text), environ={})
    assert refusal.value.item == item


def test_broken_toml_is_one_clear_error(tmp_path):
    with refused_as("settings-invalid"):
        load_settings(write(tmp_path, "= nothing"), environ={})


def test_a_named_file_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(InputUnreadable):
        load_settings(tmp_path / "none.toml", environ={})
