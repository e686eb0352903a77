"""``signkit cms``: sign any file as CAdES, add to such signatures, and judge them."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from signkit.cli.files import output_beside, refuse_existing
from signkit.cli.judging import chosen_options, show
from signkit.cli.language import words
from signkit.cli.options import (
    At,
    EvidenceFolders,
    EvidenceOptions,
    Identity,
    LevelName,
    Offline,
    Output,
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
from signkit.errors import UsageProblem
from signkit.kept_signatures import refuse_losing_signatures
from signkit.reporting.formats.writer import ReportFormat
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.cms.container import Container, Parts
    from signkit.cms.content import Content

HELP = words("Sign files of any kind (CAdES) and judge such signatures.", "任意のファイルに署名し (CAdES)、検証する。")

app = typer.Typer(help=HELP, no_args_is_help=True)

Pem = Annotated[bool, typer.Option("--pem", help=words("Write the signature as PEM.", "署名を PEM で書く。"))]
ContentFile = Annotated[
    Path | None,
    typer.Option(
        "--content",
        metavar="FILE",
        help=words(
            "The signed file. Default: what is inside, else the file of the same name without .p7s.",
            "署名対象のファイル。既定: 署名の中の内容、なければ同名で .p7s を除いたファイル。",
        ),
        show_default=False,
    ),
]


@app.command("sign", help=words("Sign a file of any kind and size.", "任意の種類・大きさのファイルに署名する。"))
def sign(
    file: Annotated[Path, typer.Argument(help=words("The file to sign.", "署名するファイル。"))],
    signer: SignerUri,
    level: LevelName = "B-B",
    attach: Annotated[
        bool,
        typer.Option(
            "--attach",
            help=words(
                "Put the file into the signature (.p7m) instead of signing beside it (.p7s).",
                "署名の中にファイルを含める (.p7m)。既定はファイルと別 (.p7s)。",
            ),
        ),
    ] = False,
    add_to: Annotated[
        Path | None,
        typer.Option(
            "--add-to",
            metavar="SIGNATURE",
            help=words(
                "Sign beside the signatures in this file, which are kept; attached as they are.",
                "この署名ファイルの署名を残し、並べて署名する。分離・内包の別もこれに従う。",
            ),
            show_default=False,
        ),
    ] = None,
    pem: Pem = False,
    output: Output = None,
    overwrite: Overwrite = False,
    tsa: Tsa = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Write the signature beside the file."""
    from datetime import UTC, datetime

    from signkit.cli.levels import parse_level
    from signkit.cms.content import Content, FilePieces
    from signkit.incoming import open_regular
    from signkit.settings import load_settings
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.cades import sign_content
    from signkit.signing.cms import Statement

    settings, wanted = load_settings(), parse_level(level)
    with ExitStack() as opened:
        content = Content(FilePieces(opened.enter_context(open_regular(file))))
        onto = _open_container(add_to, opened) if add_to is not None else None
        attached = attach if onto is None else onto.content is not None
        target = _target(output, file, attached, onto, pem)
        refuse_inputs(target, overwrite, (file, add_to), kept=add_to)
        available = EvidenceOptions(tsa, evidence, trust).services(settings)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        context = SignerContext(secret_reader(from_stdin=pin_stdin), settings, use_last_try)
        with open_signer(signer, context) as key:
            statement = Statement(datetime.now(UTC).replace(microsecond=0), kind)
            made = sign_content(content, key, wanted, available, statement, onto=onto.parts if onto else None)
            _write(target, made.parts, content, attached, key.certificate, pem=pem, overwrite=overwrite)
    tell(_SIGNED, target=target, level=wanted.value)
    print(target)


@app.command("extend", help=words("Raise or renew the level of a signature.", "署名のレベルを上げる、または更新する。"))
def extend(
    signature: Annotated[Path, typer.Argument(help=words("The signature file.", "署名ファイル。"))],
    content: ContentFile = None,
    level: Annotated[str, typer.Option(help=words("B-T, B-LT or B-LTA.", "B-T、B-LT、B-LTA。"))] = "B-LTA",
    pem: Pem = False,
    output: Output = None,
    overwrite: Overwrite = False,
    tsa: Tsa = None,
    evidence: EvidenceFolders = None,
    trust: Trust = None,
) -> None:
    """Write the extended signature beside the original."""
    from signkit.cli.levels import parse_level
    from signkit.cms.content import Content, FilePieces
    from signkit.incoming import open_regular
    from signkit.settings import load_settings
    from signkit.signing.cades import extend_content
    from signkit.signing.levels import Level

    wanted = parse_level(level)
    if wanted is Level.B_B:
        raise UsageProblem(
            Text("extend raises to B-T, B-LT or B-LTA", "extend で上げられるのは B-T、B-LT、B-LTA です"),
            Text("Use --level B-LTA.", "--level B-LTA などを指定してください。"),
        )
    with ExitStack() as opened:
        container = _open_container(signature, opened)
        signed = container.content
        if signed is None:
            signed = Content(FilePieces(opened.enter_context(open_regular(content or _signed_by(signature)))))
        target = output or signature.with_name(f"{signature.stem}-{wanted.value}{signature.suffix}")
        refuse_inputs(target, overwrite, (signature, content), kept=signature)
        available = EvidenceOptions(tsa, evidence, trust).services(load_settings())
        made = extend_content(container.parts, signed, wanted, available)
        _write(target, made.parts, signed, container.content is not None, None, pem=pem, overwrite=overwrite)
    tell(_EXTENDED, target=target, level=wanted.value)
    print(target)


@app.command("verify", help=words("Judge the signatures of a CMS or S/MIME file.", "CMS・S/MIME の署名を検証する。"))
def verify(
    signature: Annotated[
        Path, typer.Argument(help=words("DER, BER, PEM, .p7m or .eml.", "DER、BER、PEM、.p7m、.eml。"))
    ],
    content: ContentFile = None,
    format_: ReportFormatOption = ReportFormat.TEXT,
    policy: Policy = "default",
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    at: At = None,
    offline: Offline = False,
    identity: Identity = False,
) -> None:
    """Print the report; the exit code is the verdict's, as for validate."""
    from signkit.validation.cms_file import validate_cms_file

    options = chosen_options(policy, trust, evidence, at, offline, identity)
    show(validate_cms_file(signature, options, content=content), format_)


def _open_container(path: Path, opened: ExitStack) -> Container:
    from signkit.incoming import open_regular
    from signkit.signing.cades import open_signature

    return opened.enter_context(open_signature(opened.enter_context(open_regular(path))))


def _target(output: Path | None, file: Path, attached: bool, onto: Container | None, pem: bool) -> Path:
    """Name the output: FILE.p7s or FILE.p7m, with the number of signatures where some were there before."""
    if output is not None:
        return output
    number = f".{len(onto.parts.signer_infos) + 1}" if onto is not None else ""
    return file.with_name(f"{file.name}{number}.{'p7m' if attached else 'p7s'}{'.pem' if pem else ''}")


def _signed_by(signature: Path) -> Path:
    """Return the file that a detached signature lies beside."""
    from signkit.cms.content import places_of_content

    found = next((place for place in places_of_content(signature) if place.is_file()), None)
    if found is None:
        raise UsageProblem(
            Text(
                "The signature is detached, and what it signs is not beside it",
                "署名対象のファイルが署名の隣にありません",
            ),
            Text("Name the signed file with --content.", "署名対象のファイルを --content で指定してください。"),
        )
    return found


def refuse_inputs(target: Path, overwrite: bool, inputs: Iterable[Path | None], *, kept: Path | None = None) -> None:
    """Refuse before the key is used what could not be written afterwards.

    Args:
        kept: the file whose signatures the output will hold, too.
    """
    for item in inputs:
        if item is not None:
            output_beside(item, "", target)
    refuse_existing(target, overwrite)
    refuse_losing_signatures(target, lambda: b"" if kept is None else kept.read_bytes())


def _write(
    target: Path,
    parts: Parts,
    content: Content,
    attached: bool,
    certificate: bytes | None,
    *,
    pem: bool,
    overwrite: bool,
) -> None:
    """Write the signature, and check what was written before it gets its name."""
    from signkit.cms.container import write_container
    from signkit.output import write_streamed
    from signkit.signing.cades import check_written

    def check(stream: BinaryIO) -> None:
        check_written(stream, parts, content, attached=attached, certificate=certificate)

    write_streamed(
        target,
        lambda stream: write_container(stream, parts, content if attached else None, pem=pem),
        check=check,
        overwrite=overwrite,
    )


_SIGNED = Text("Signed at {level}: {target}", "署名しました ({level}): {target}")
_EXTENDED = Text("Extended to {level}: {target}", "{level} に延長しました: {target}")
