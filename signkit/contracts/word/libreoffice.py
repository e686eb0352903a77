"""LibreOffice, as a converter from .docx to PDF/A-3b: found, started by itself for the time, and ended for certain.

Each run has a folder of its own with a fresh profile (so several may run at once, and nothing of a user's settings
counts), fonts (SignKit's only, through fontconfig), and no macros, no proxy that leads anywhere, no updates.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from signkit.contracts.fonts import MINCHO, FontSet
from signkit.errors import ContractError, LibreOfficeMissing
from signkit.output import scratch_folder

#: Documents converted by one run; the start takes longer than a document.
MOST_TOGETHER = 20
#: Seconds a run may take: for the start (a first start on a cold disk is slow), and for each document.
START_SECONDS, DOCUMENT_SECONDS = 60.0, 15.0

_PLACES = {
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS/soffice",),
    "win32": (
        r"C:\Program Files\LibreOffice\program\soffice.com",
        r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
    ),
}
_COMMON = "org.openoffice.Office.Common"
_PROFILE = (
    (f"{_COMMON}/Filter/PDF/Export", "SelectPdfVersion", "3"),
    (f"{_COMMON}/Filter/PDF/Export", "UseTaggedPDF", "true"),
    (f"{_COMMON}/Filter/PDF/Export", "ExportFormFields", "false"),
    (f"{_COMMON}/Filter/PDF/Export", "ExportNotes", "false"),
    (f"{_COMMON}/Filter/PDF/Export", "ExportBookmarks", "false"),
    (f"{_COMMON}/Filter/PDF/Export", "UseLosslessCompression", "true"),
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", "3"),
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", "true"),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    (f"{_COMMON}/Security/Scripting", "DisableActiveContent", "true"),
    ("org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    # Nothing is fetched: what would be goes to a proxy that is not there.
    ("org.openoffice.Inet/Settings", "ooInetProxyType", "2"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
)


def find_libreoffice() -> Path:
    """Return the program.

    Raises:
        LibreOfficeMissing: it is not installed where it is looked for (the path, and the system's usual place).
    """
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            return Path(found)
    for place in _PLACES.get(sys.platform, ()):
        if Path(place).is_file():
            return Path(place)
    raise LibreOfficeMissing()


def convert(documents: Sequence[bytes], fonts: FontSet, name: str, program: Path | None = None) -> tuple[bytes, ...]:
    """Convert documents, in one run for every ``MOST_TOGETHER``.

    Args:
        documents: .docx files that were looked over.
        name: what an error calls them.
        program: default: the one that is found.

    Raises:
        LibreOfficeMissing: see ``find_libreoffice``.
        ContractError("typesetting-failed"): it made no PDF of one of them, or took too long.
    """
    program = program or find_libreoffice()
    made: list[bytes] = []
    for start in range(0, len(documents), MOST_TOGETHER):
        made += _run(program, documents[start : start + MOST_TOGETHER], fonts, name)
    return tuple(made)


def _run(program: Path, documents: Sequence[bytes], fonts: FontSet, name: str) -> list[bytes]:
    with scratch_folder() as work:
        _write_profile(work, fonts)
        inputs = []
        for number, document in enumerate(documents):
            inputs.append(work / f"{number}.docx")
            inputs[-1].write_bytes(document)
        said = _run_to_end(
            _command(program, work, inputs), work, START_SECONDS + DOCUMENT_SECONDS * len(documents), name
        )
        outputs = [work / "out" / f"{number}.pdf" for number in range(len(documents))]
        if not all(output.is_file() for output in outputs):
            raise ContractError(
                "typesetting-failed", template=name, cause=f"LibreOffice made no PDF of it. {said}".strip()
            )
        return [output.read_bytes() for output in outputs]


def _command(program: Path, work: Path, inputs: Sequence[Path]) -> list[str]:
    options = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--nofirststartwizard"]
    return [
        str(program),
        f"-env:UserInstallation={(work / 'profile').as_uri()}",
        *options,
        "--infilter=MS Word 2007 XML",
        "--convert-to",
        "pdf:writer_pdf_Export",
        "--outdir",
        str(work / "out"),
        *map(str, inputs),
    ]


def _write_profile(work: Path, fonts: FontSet) -> None:
    items = "".join(
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>\n'
        for path, name, value in _PROFILE
    )
    user = work / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n'
        f"{items}</oor:items>\n",
        encoding="utf-8",
    )
    folders = "".join(f"<dir>{escape(str(folder.resolve()))}</dir>" for folder in fonts.folders)
    (work / "fonts.conf").write_text(
        f'<?xml version="1.0"?>\n<fontconfig>{folders}<cachedir>{escape(str(work / "cache"))}</cachedir>'
        f'<match target="pattern"><edit name="family" mode="append_last"><string>{MINCHO}</string></edit></match>'
        "</fontconfig>\n",
        encoding="utf-8",
    )


def _environment(work: Path) -> dict[str, str]:
    """Return this process's environment with what could change the result, or reach a display, taken out."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "DISPLAY"))}
    return kept | {
        "LC_ALL": "C.UTF-8",
        "HOME": str(work),
        "TMPDIR": str(work),
        "SAL_USE_VCLPLUGIN": "svp",
        "FONTCONFIG_FILE": str(work / "fonts.conf"),
    }


def _run_to_end(command: list[str], work: Path, seconds: float, name: str) -> str:
    """Run the command to its end; return what it said to people.

    Raises:
        ContractError("typesetting-failed"): it could not be started, or took longer than ``seconds``; then it and its
            children are ended.
    """
    try:
        process = subprocess.Popen(  # noqa: S603  # a fixed program; the arguments are paths of our own
            command,
            cwd=work,
            env=_environment(work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ContractError(
            "typesetting-failed", template=name, cause=f"LibreOffice could not be started: {error}"
        ) from error
    with process:
        try:
            _, said = process.communicate(timeout=seconds)
        except BaseException as error:
            _end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                raise ContractError(
                    "typesetting-failed", template=name, cause=f"LibreOffice took longer than {seconds:.0f} seconds"
                ) from error
            raise
    lines = said.decode(errors="replace").splitlines()
    return " ".join(line for line in lines if "javaldx" not in line)[:300].replace(str(work), "")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started (soffice is a script around soffice.bin)."""
    if sys.platform == "win32":
        taskkill = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(taskkill, capture_output=True, check=False)  # noqa: S603
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
