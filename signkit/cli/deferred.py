"""``signkit sign --signer deferred:…`` and ``--complete``: the two ends of signing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from signkit.cli.files import output_beside, read_input, refuse_existing
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.cli.passwords import DocumentPassword
    from signkit.pdf.reading.unlocking import Password
    from signkit.signers.base import KeyFacts
    from signkit.signing.batch import Job
    from signkit.signing.deferred import DeferredKey, DeferredRequest
    from signkit.signing.levels import Level, Services
    from signkit.signing.request import SignatureRequest

SCHEME = "deferred:"


def begin(
    jobs: Sequence[Job],
    uri: str,
    certificate: Path | None,
    maker: Callable[[KeyFacts], Callable[[Job], SignatureRequest]],
    level: Level,
    available: Services,
    password: Password,
    *,
    read: Callable[[Job], bytes],
    overwrite: bool,
    other_person: bool,
) -> None:
    """Write the prepared file and the request that names it, side by side."""
    from signkit.output import write_checked
    from signkit.signing.deferred import prepare

    request_file = Path(uri.removeprefix(SCHEME)).expanduser()
    if len(jobs) != 1 or certificate is None or not request_file.name:
        raise UsageProblem(_ONE_AT_A_TIME, _EXAMPLE)
    [job] = jobs
    request = maker(key := _key(certificate, available))(job)
    prepared_file = request_file.with_name(f"{job.source.stem}-{request.field}-prepared.pdf")
    output_beside(job.source, "", prepared_file)
    for target in (request_file, prepared_file):  # both, or none
        refuse_existing(target, overwrite)
    names = (job.source.name, prepared_file.name)
    deferred, prepared = prepare(
        read(job), names, request, key, level, available, other_person=other_person, password=password
    )
    write_checked(prepared_file, prepared, overwrite=overwrite)
    write_checked(request_file, deferred.to_json(), overwrite=overwrite)
    tell(_PREPARED, prepared=prepared_file, request=request_file, expires=f"{deferred.expires:%Y-%m-%d %H:%M} UTC")
    print(request_file)


def finish(
    request_file: Path,
    signature: Path | None,
    certificate: Path | None,
    output: Path | None,
    available: Services,
    password: DocumentPassword,
    *,
    overwrite: bool,
    other_person: bool,
) -> None:
    """Finish the file of a request; it lies beside the request."""
    from datetime import UTC, datetime

    from signkit.output import write_checked
    from signkit.signing.deferred import complete, read_request
    from signkit.signing.readback import check_signed

    if signature is None or certificate is None:
        raise UsageProblem(_NOT_COMPLETE, _EXAMPLE_COMPLETE)
    request = read_request(read_input(request_file), str(request_file))
    prepared_file = request_file.with_name(request.file)
    original_file = request_file.with_name(request.original_name)
    _refuse_changed_original(original_file, request)
    target = output_beside(prepared_file, "", output or original_file.with_stem(f"{original_file.stem}-{request.role}"))
    refuse_existing(target, overwrite)
    prepared, key = read_input(prepared_file), _key(certificate, available)
    password.check(prepared, prepared_file, to_sign=True)
    signed = complete(
        request,
        prepared,
        key,
        read_input(signature),
        available,
        now=datetime.now(UTC),
        other_person=other_person,
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


def _key(certificate: Path, available: Services) -> DeferredKey:
    from signkit.pki.anchors import read_certificates
    from signkit.signing.deferred import DeferredKey

    return DeferredKey.of(read_certificates(certificate), str(certificate), tuple(available.issuers))


def _refuse_changed_original(path: Path, request: DeferredRequest) -> None:
    """Refuse where the file that was to be signed lies there no longer as it was: another may have signed it."""
    from signkit.errors import SigningRefused
    from signkit.signing.batch import digest

    if path.exists() and digest(read_input(path)) != request.original_sha256:
        raise SigningRefused("request-file-changed", name=str(path))


_ONE_AT_A_TIME = Text(
    "Signing elsewhere prepares one PDF for one known certificate",
    "別の場所での署名は、1つの PDF と1つの証明書ごとに準備します",
)
_EXAMPLE = Text(
    "signkit sign contract.pdf --as seller --signer deferred:request.json --certificate signer.pem",
    "signkit sign contract.pdf --as seller --signer deferred:request.json --certificate signer.pem の形で指定して"
    "ください。",
)
_NOT_COMPLETE = Text("--complete needs the signature and the certificate", "--complete には署名値と証明書が必要です")
_EXAMPLE_COMPLETE = Text(
    "signkit sign --complete request.json --signature signature.bin --certificate signer.pem",
    "signkit sign --complete request.json --signature signature.bin --certificate signer.pem の形で指定してください。",
)
_PREPARED = Text(
    "Prepared {prepared} (not signed yet). Sign what {request} asks for by {expires}, then complete it.",
    "{prepared} を準備しました (まだ署名されていません)。{request} の内容に {expires} までに署名し、--complete で"
    "完成させてください。",
)
_COMPLETED = Text("Signed as {role} at {level}: {target}", "{role} として署名しました ({level}): {target}")
