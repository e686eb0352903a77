"""A third party's kind of signer, found through the entry-point group as an installed package would be."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from signkit.signers.registry import SignerContext, open_signer
from signkit.signing.levels import Level, Services, sign
from signkit.signing.request import SignatureRequest
from tests.refusals import refused_as


@pytest.fixture
def toy_plugin(tmp_path, monkeypatch, person_signer):
    """Lay a package with metadata on the path, exactly as pip would."""
    (tmp_path / "toy_signer.py").write_text(
        dedent(
            """
            key = None  # the test puts a signer here

            def open_toy(rest, context):
                assert rest == "drawer/2", rest
                secret = context.ask(None)
                assert secret == b"toy"
                return key
            """
        )
    )
    metadata = tmp_path / "toy_signer-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-signer\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[signkit.signers]\ntoy = toy_signer:open_toy\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import toy_signer

    toy_signer.key = person_signer
    yield
    sys.modules.pop("toy_signer")


@pytest.mark.slow
@pytest.mark.usefixtures("toy_plugin")
def test_a_plugin_signs(blank):
    from datetime import UTC, datetime

    with open_signer("toy:drawer/2", SignerContext(lambda _: bytearray(b"toy"))) as signer:
        request = SignatureRequest("seller", "番号　花子", datetime.now(UTC))
        signed = sign(blank, request, signer, Level.B_B, Services()).pdf
    assert signed.startswith(blank)
    assert len(signed) > len(blank)


def test_without_the_plugin_the_scheme_is_unknown():
    with refused_as("signer-unknown"):
        open_signer("toy:drawer/2", SignerContext(lambda _: bytearray()))
