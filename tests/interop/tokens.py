"""Signing with keys on tokens, in a process of its own: ``python -m tests.interop.tokens NAME FOLDER``.

Writes ``signed.pdf`` and ``ca.pem`` to the folder; exits with 77, and the reason on stderr, where something is lacking.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from signkit.rehearsal.evidence_services import utc_now
from signkit.settings import Settings
from signkit.signers.base import KeyFacts, Signer
from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.deferred import DeferredKey, complete, prepare
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest

LACKING = 77
PASSWORD = "SIGNKIT1"
OPENSC = next(Path("/usr/lib").glob("*/opensc-pkcs11.so"), None)
#: Has the key sign the first file and write the raw signature to the second.
Raw = Callable[[Path, Path], None]


def signed_elsewhere(pdf: bytes, key: KeyFacts, services: Services, raw: Raw, folder: Path) -> bytes:
    """Prepare here, have ``raw`` sign the attributes, complete here."""
    request = SignatureRequest("seller", "番号　花子", utc_now())
    public = DeferredKey(key.certificate, key.chain, key.algorithm)
    deferred, prepared = prepare(pdf, ("x.pdf", "x-prepared.pdf"), request, public, Level.B_LT, services)
    (folder / "to-sign").write_bytes(deferred.attributes)
    raw(folder / "to-sign", folder / "signature")
    return complete(deferred, prepared, public, (folder / "signature").read_bytes(), services, now=utc_now()).pdf


def main(name: str, folder: Path) -> None:
    from tests.interop.workshop import Workshop, unsigned_pdf

    workshop = Workshop(folder)
    (folder / "ca.pem").write_bytes(workshop.rehearsal.trust_pem())
    pdf = _MAKERS[name](workshop, unsigned_pdf())
    (folder / "signed.pdf").write_bytes(pdf)


def _with_opensc_module(workshop, pdf: bytes) -> bytes:
    with _card(workshop), _pkcs11("token=JPKI%20%28Digital%20Signature%20PIN%29", OPENSC, PASSWORD) as signer:
        return _signed(pdf, signer, workshop)


def _with_opensc_tool(workshop, pdf: bytes) -> bytes:
    def raw(to_sign: Path, signature: Path) -> None:
        subprocess.run(
            ["pkcs11-tool", "--module", str(OPENSC), "--slot-index", "1", "-l", "--pin", PASSWORD, "--sign",
             "--id", "02", "-m", "SHA256-RSA-PKCS", "-i", str(to_sign), "-o", str(signature)],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip

    with _card(workshop):
        return signed_elsewhere(pdf, workshop.person, workshop.services, raw, workshop.new_folder())


def _with_softhsm(workshop, pdf: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from tests.signers import softhsm

    _lacking(softhsm.missing())
    hsm = softhsm.SoftHsm.new(workshop.new_folder())
    hsm.new_token("office")
    os.environ["SOFTHSM2_CONF"] = str(hsm.configuration)
    import pkcs11

    contents = workshop.card.sign
    [token] = [item for item in pkcs11.lib(str(softhsm.module().resolve())).get_tokens() if item.label]
    with token.open(rw=True, user_pin=softhsm.PIN) as session:
        softhsm.put_key(session, load_der_private_key(contents.private_key, None), b"\1", "key")
        softhsm.put_certificate(session, contents.certificate, b"\1", "key")
    with _pkcs11("token=office", softhsm.module(), softhsm.PIN) as signer:
        return _signed(pdf, signer, workshop)


_MAKERS = {"opensc-module": _with_opensc_module, "opensc-tool": _with_opensc_tool, "softhsm": _with_softhsm}


@contextmanager
def _card(workshop) -> Iterator[None]:
    """The emulated card on a reader of PC/SC."""
    from signkit.card.emulator import EmulatedCard
    from tests.card import bench

    _lacking(bench.missing() or (None if OPENSC else "OpenSC is not installed"))
    running = bench.Bench()
    try:
        with running.card(EmulatedCard(workshop.card)):
            yield
    finally:
        running.stop()


@contextmanager
def _pkcs11(uri: str, module: Path | None, pin: str) -> Iterator[Signer]:
    try:
        import pkcs11  # noqa: F401
    except ImportError:
        _lacking("python-pkcs11 is not installed")
    context = SignerContext(lambda _: bytearray(pin.encode()), Settings(pkcs11_module=module))
    with open_signer(f"pkcs11:{uri}", context) as signer:
        yield signer


def _signed(pdf: bytes, signer: Signer, workshop) -> bytes:
    return sign(pdf, SignatureRequest("seller", "番号　花子", utc_now()), signer, Level.B_LT, workshop.services).pdf


def _lacking(reason: str | None) -> None:
    if reason is not None:
        print(reason, file=sys.stderr)
        sys.exit(LACKING)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
