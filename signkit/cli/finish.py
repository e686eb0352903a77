"""``signkit finish``: the second half of signing with a key that is somewhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.files import output_beside, read_input, refuse_existing
from signkit.cli.language import words
from signkit.cli.option_groups import OptionGroup
from signkit.cli.options import EvidenceOptions, Output, Overwrite, PasswordOptions
from signkit.cli.sign_options import ElsewhereOptions, OtherPerson
from signkit.cli.terminal import tell
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.signing.deferred import DeferredRequest

HELP = words(
    "Finish a file that 'signkit prepare' made: put the signature in that was made elsewhere.",
    "signkit prepare で準備したファイルに、別の場所で作った署名値を取り込んで完成させる。",
)


@dataclass(frozen=True)
class MadeOptions(OptionGroup):
    """What was made elsewhere."""

    HEADING = words("The signature", "署名")

    signature: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help=words(
                "The signature that was made elsewhere, raw or base64.",
                "別の場所で作った署名値 (そのまま、または base64)。",
            ),
        ),
    ]
    other_person: OtherPerson = False


def run(
    request_file: Annotated[
        Path,
        typer.Argument(
            metavar="REQUEST",
            help=words(
                "The request; the prepared PDF lies beside it.", "署名依頼のファイル。準備した PDF をその隣に置く。"
            ),
        ),
    ],
    made: MadeOptions,
    elsewhere: ElsewhereOptions,
    evidence: EvidenceOptions,
    passwords: PasswordOptions,
    output: Output = None,
    overwrite: Overwrite = False,
) -> None:
    """Write the signed file beside the request."""
    from datetime import UTC, datetime

    from signkit.output import write_checked
    from signkit.settings import load_settings
    from signkit.signing.deferred import complete, read_request
    from signkit.signing.readback import check_signed

    request = read_request(read_input(request_file), str(request_file))
    prepared_file = request_file.with_name(request.file)
    original_file = request_file.with_name(request.original_name)
    _refuse_changed_original(original_file, request)
    target = output_beside(prepared_file, "", output or original_file.with_stem(f"{original_file.stem}-{request.role}"))
    refuse_existing(target, overwrite)
    services = evidence.services(load_settings())
    password = passwords.document_password()
    prepared, key = read_input(prepared_file), elsewhere.key(services)
    password.check(prepared, prepared_file, to_sign=True)
    signed = complete(
        request,
        prepared,
        key,
        read_input(made.signature),
        services,
        now=datetime.now(UTC),
        other_person=made.other_person,
        password=password.value,
    )
    original = prepared[: request.original_size]
    write_checked(
        target,
        signed.pdf,
        check=lambda written: check_signed(original, written, key.certificate),
        overwrite=overwrite,
    )
    tell(_COMPLETED, target=target, role=request.role, level=request.level.value)
    print(target)


def _refuse_changed_original(path: Path, request: DeferredRequest) -> None:
    """Refuse where the file that was to be signed lies there no longer as it was: another may have signed it."""
    from signkit.errors import SigningRefused
    from signkit.signing.batch import digest

    if path.exists() and digest(read_input(path)) != request.original_sha256:
        raise SigningRefused("request-file-changed", name=str(path))


_COMPLETED = Text("Signed as {role} at {level}: {target}", "{role} として署名しました ({level}): {target}")
