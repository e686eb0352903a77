"""How this SignKit was installed, and the command that adds a part to it.

Nothing of SignKit's name is published on an index: a command that named it alone would install whatever a stranger
registers.  So the command names what was installed: the checkout, the wheel or the repository (PEP 610).
"""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parent
#: What stands where it cannot be told what was installed: the person knows.
UNKNOWN_SOURCE = "./signkit"
#: How pipx and uv are told to install again what is there; pip otherwise.
_AGAIN = {"pipx": "--force", "uv": "--reinstall"}


def install_command(extra: str) -> str:
    """Return what is typed to add an optional part (``card``), for pip, pipx or uv, whichever installed SignKit."""
    return _shell_words([*_installer(), *_requirement(extra)])


def reinstall_command() -> str:
    """Return what is typed to install the same SignKit anew."""
    installer = _installer()
    again = _AGAIN.get(installer[0], "--force-reinstall")
    return _shell_words([*installer, *([again] if again not in installer else []), *_requirement(None)])


def _installer() -> list[str]:
    """Return the words that begin the command, by what manages this environment."""
    prefix = Path(sys.prefix)
    if (prefix / "pipx_metadata.json").is_file():
        return ["pipx", "install", "--force"]
    if (prefix / "uv-receipt.toml").is_file():
        return ["uv", "tool", "install", "--force"]
    if find_spec("pip") is None:
        return ["uv", "pip", "install", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "install"]


def _requirement(extra: str | None) -> list[str]:
    """Return what is installed: ``signkit[card] @ file:///…``, so that no index is asked for the name."""
    extras = f"[{extra}]" if extra else ""
    source = _installed_from()
    url = source.get("url", "")
    if url.startswith("file:") and source.get("dir_info", {}).get("editable"):
        return ["-e", f"{_path_of(url)}{extras}"]
    if vcs := source.get("vcs_info"):
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return [f"signkit{extras} @ {url}"] if url else [f"{_checkout() or UNKNOWN_SOURCE}{extras}"]


def _installed_from() -> dict[str, Any]:
    """Return the record that the installer left (direct_url.json, PEP 610); nothing where there is none."""
    try:
        text = distribution("signkit").read_text("direct_url.json")
        found = json.loads(text) if text else {}
    except (PackageNotFoundError, OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("url"), str) else {}


def _path_of(url: str) -> str:
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(url).path)


def _checkout() -> Path | None:
    """Return the checkout that the package is run from."""
    return _PACKAGE.parent if (_PACKAGE.parent / "pyproject.toml").is_file() else None


def _shell_words(words: list[str]) -> str:
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)
