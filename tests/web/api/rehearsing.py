"""A service whose operator trusts a rehearsal, and keys that are elsewhere."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO, kept_rehearsal
from signkit.settings import Settings
from tests.web.api.conftest import start

TEMPLATE = "real-estate-sale"


def rehearsing_service(folder):
    """Return a running service with the kept rehearsal's timestamps, revocation and CAs."""
    home = folder / "home"
    kept_rehearsal(home / "rehearsal")
    trusted = folder / "trusted"
    trusted.mkdir()
    (trusted / "rehearsal.pem").write_bytes((home / "rehearsal" / "rehearsal-ca.pem").read_bytes())
    settings = Settings(tsa_urls=("rehearsal",), trust_folders=(trusted,))
    return start(folder / "service", home, settings)


@dataclass
class Elsewhere:
    """A key that the service never sees, and its certificates (PEM)."""

    private: object
    certificates: bytes

    def signature(self, task):
        """Sign what a task asks for; return that as the API takes it."""
        from cryptography.hazmat.primitives.asymmetric import padding
        from cryptography.hazmat.primitives.hashes import SHA256

        attributes = base64.b64decode(task["to_sign"]["attributes"])
        return base64.b64encode(self.private.sign(attributes, padding.PKCS1v15(), SHA256())).decode()


def persons_key(pki):
    """Return the key of 番号 花子's card."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    contents = pki.card(HANAKO, utc_now()).sign
    key = load_der_private_key(contents.private_key, None)
    return Elsewhere(key, armored(contents.certificate, contents.ca_certificate))


def organisations_key(pki, name):
    """Return the key of an organisation, or of somebody in it."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    key, certificate, others = pkcs12.load_key_and_certificates(pki.key_file(name, name, b"secret", utc_now()), b"secret")
    return Elsewhere(key, b"".join(each.public_bytes(Encoding.PEM) for each in (certificate, *others)))


def armored(*ders):
    """Return certificates as PEM."""
    from asn1crypto import pem

    return b"".join(pem.armor("CERTIFICATE", der) for der in ders)


def sales_data():
    """Return the data of a sale by 番号 花子."""
    from signkit.contracts.data import load_contract_data
    from signkit.contracts.template import find_template

    data = load_contract_data(find_template(TEMPLATE).folder / "example.yaml")
    data["seller"] |= {"name": "番号 花子", "signer": "番号 花子", "address": HANAKO.address}
    return data
