"""``certomancer-csc-dummy`` as a process of its own: a stranger's server of the CSC API, version 1.

Its credentials are ``testing/alice`` (RSA) and ``testing/bob`` (ECDSA), with no PIN.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import witness
from tests.requirements import require

_CERTOMANCER = """\
keysets:
  keys:
    keys:
      root: {path: root.pem}
      alice: {path: alice.pem}
      bob: {path: bob.pem}
pki-architectures:
  testing:
    keyset: keys
    entity-defaults: {country-name: JP, organization-name: CSC Dummy}
    entities:
      root: {common-name: Root}
      alice: {common-name: Alice}
      bob: {common-name: Bob}
    certs:
      root:
        subject: root
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}
        profiles: [{id: simple-ca, params: {max-path-len: 1}}]
      alice:
        subject: alice
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}
        profiles: [digsig-commitment]
      bob:
        subject: bob
        issuer: root
        validity: {valid-from: "2020-01-01T00:00:00+0000", valid-to: "2100-01-01T00:00:00+0000"}
        profiles: [digsig-commitment]
"""


@contextmanager
def running(folder: Path, scal: str) -> Iterator[str]:
    """Serve from an empty folder; give the service's address.  ``scal``: how closely a signature is authorised."""
    require(importlib.util.find_spec("csc_dummy"), "certomancer-csc-dummy is not installed")
    (folder / "certomancer.yml").write_text(_CERTOMANCER)
    for name, algorithm in (("root", "RSA"), ("alice", "RSA"), ("bob", "EC")):
        option = "rsa_keygen_bits:2048" if algorithm == "RSA" else "ec_paramgen_curve:P-256"
        witness.run(
            "openssl", "genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", folder / f"{name}.pem"
        )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "csc_dummy", "certomancer.yml", str(port), scal],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        try:
            first = process.stdout.readline()
            assert "Running on" in first, first
            yield f"http://127.0.0.1:{port}/csc/v1/"
        finally:
            process.kill()
