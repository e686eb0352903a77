"""``signkit asic``: a contract and its attachments in one signed container."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from signkit.cli.cms import refuse_inputs
from signkit.cli.judging import chosen_options, show
from signkit.cli.language import words
from signkit.cli.options import (
    At,
    EvidenceFolders,
    EvidenceOptions,
    Identity,
    LevelName,
    Offline,
    Overwrite,
    PinStdin,
    Policy,
    ReportFormatOption,
    SignerUri,
    Trust,
    Tsa,
    UseLastTry,
)
from signkit.cli.terminal import secret_reader, tell
from signkit.plain_data import json_text
from signkit.reporting.formats.writer import ReportFormat
from signkit.words import Text

HELP = words(
    "Put files into one signed container (ASiC-E), and judge such containers.",
    "複数のファイルを1つの署名付きコンテナ (ASiC-E) にまとめ、検証する。",
)

app = typer.Typer(help=HELP, no_args_is_help=True)

Container = Annotated[Path, typer.Argument(help=words("The container (.asice).", "コンテナ (.asice)。"))]


@app.command("make", help=words("Sign files together, in one container.", "複数のファイルをまとめて署名する。"))
def make(
    container: Annotated[
        Path, typer.Argument(help=words("The container to make (.asice).", "作るコンテナ (.asice)。"))
    ],
    files: Annotated[list[Path], typer.Argument(help=words("The files to sign.", "署名するファイル。"))],
    signer: SignerUri,
    level: LevelName = "B-B",
    overwrite: Overwrite = False,
    tsa: Tsa = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Write the container; every file in it is covered by the one signature."""
    from datetime import UTC, datetime

    from signkit.cli.levels import parse_level
    from signkit.cms.asic import MANIFEST_TYPE, DataObject, check_asic, make_manifest, write_asic
    from signkit.cms.content import BytesPieces, Content
    from signkit.incoming import open_regular
    from signkit.output import write_streamed
    from signkit.settings import load_settings
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.cades import sign_content
    from signkit.signing.cms import Statement

    settings, wanted = load_settings(), parse_level(level)
    refuse_inputs(container, overwrite, files)
    with ExitStack() as opened:
        attachments = [DataObject.of(path, opened.enter_context(open_regular(path))) for path in files]
        manifest = make_manifest(attachments)
        available = EvidenceOptions(tsa, evidence, trust).services(settings)
        context = SignerContext(secret_reader(from_stdin=pin_stdin), settings, use_last_try)
        time = datetime.now(UTC).replace(microsecond=0)
        with open_signer(signer, context) as key:
            content = Content(BytesPieces(manifest))
            signed = sign_content(content, key, wanted, available, Statement(time, MANIFEST_TYPE)).parts

        def check(stream: BinaryIO) -> None:
            check_asic(stream, attachments, manifest, signed)

        write_streamed(
            container,
            lambda stream: write_asic(stream, attachments, manifest, signed, time),
            check=check,
            overwrite=overwrite,
        )
    tell(_MADE, target=container, level=wanted.value, count=len(attachments))
    print(container)


@app.command("verify", help=words("Judge a container's signatures and files.", "コンテナの署名とファイルを検証する。"))
def verify(
    container: Container,
    format_: ReportFormatOption = ReportFormat.TEXT,
    policy: Policy = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    identity: Identity = False,
) -> None:
    """Print the report; the exit code is the verdict's, as for validate."""
    from signkit.validation.asic_file import validate_asic

    show(validate_asic(container, chosen_options(policy, trust, evidence, at, offline, identity)), format_)


@app.command(
    "list",
    help=words(
        "List the files, and which manifests name them (no signature is judged).",
        "ファイルと、それを挙げるマニフェストの一覧 (署名は検証しない)。",
    ),
)
def list_files(
    container: Container,
    as_json: Annotated[bool, typer.Option("--json", help=words("Print JSON.", "JSON で出力。"))] = False,
) -> None:
    """Print a line a file: size, manifests (- for none), name."""
    from signkit.validation.asic_file import list_asic

    members = list_asic(container)
    if as_json:
        rows = [{"name": item.name, "size": item.size, "manifests": list(item.manifests)} for item in members]
        sys.stdout.write(json_text(rows, indent=2) + "\n")
        return
    for item in members:
        print(item.size, ",".join(item.manifests) or "-", item.name, sep="\t")
    if any(not item.manifests for item in members):
        tell(_UNNAMED)


_MADE = Text("Signed {count} files at {level}: {target}", "{count} 件のファイルに署名しました ({level}): {target}")
_UNNAMED = Text(
    "Files marked - are named by no manifest: nobody signed them.",
    "- の付いたファイルはどのマニフェストにも含まれず、署名されていません。",
)
