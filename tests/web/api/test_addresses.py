"""What the service hands to its workers asks nobody inside."""

from __future__ import annotations

import pickle

import pytest

from signkit.pki.revocation.sources import OnlineRevocation
from tests.pki.test_addresses import Witness, certificate_naming
from tests.web.api.conftest import start


@pytest.mark.slow
def test_the_service_asks_by_its_rule(tmp_path):
    import socket
    import threading

    witness = Witness(socket.AF_INET, "127.0.0.1")
    threading.Thread(target=witness.serve_forever, args=(0.01,), daemon=True).start()
    tried = start(tmp_path / "service", tmp_path / "home", online=True, inner_hosts=("127.0.0.1", "localhost"))
    try:
        sources = pickle.loads(pickle.dumps(tried.service.judgement())).revocation
        (online,) = [each for each in sources if isinstance(each, OnlineRevocation)]
        for kind in ("ocsp", "crl"):
            issuer, certificate = certificate_naming(kind, f"http://127.0.0.1:{witness.server_port}/")
            online.look_up(certificate, issuer)
            assert witness.connections == 0
            OnlineRevocation(5.0).look_up(certificate, issuer)
            assert witness.connections == 1
            witness.connections = 0
    finally:
        tried.service.close()
        witness.shutdown()
        witness.server_close()
