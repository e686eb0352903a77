"""A service whose operator trusts a rehearsal, and keys that are elsewhere."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from signkit.rehearsal.evidence_services import utc_now
from signkit.rehearsal.pki import HANAKO
from signkit.settings import Settings
from tests.made_once import lay_rehearsal
from tests.web.api.conftest import start

TEMPLATE = "real-estate-sale"


def rehearsing_service(folder):
    """Return a running service with the kept rehearsal's timestamps, revocation and CAs."""
    home = folder / "home"
    lay_rehearsal(home / "rehearsal")
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


def persons_key(pki, person=HANAKO):
    """Return the key of a person's card."""
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    contents = pki.card(person, utc_now()).sign
    key = load_der_private_key(contents.private_key, None)
    return Elsewhere(key, armored(contents.certificate, contents.ca_certificate))


def organisations_key(pki, name, organisation=None):
    """Return the key of an organisation, or of somebody in it."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    file = pki.key_file(name, organisation or name, b"secret", utc_now())
    key, certificate, others = pkcs12.load_key_and_certificates(file, b"secret")
    return Elsewhere(key, b"".join(each.public_bytes(Encoding.PEM) for each in (certificate, *others)))


def prepare(tried, pdf, key=None, name="契約.pdf", **options):
    """Ask for a signing task; the seller's, where no other role is named."""
    parts = {"file": (name, pdf, "application/pdf")}
    if key is not None:
        parts["certificate"] = ("signer.pem", key.certificates, "application/x-pem-file")
    form = {"options": json.dumps({"role": "seller", **options})}
    return tried.client.post("/api/v1/signing-tasks", files=parts, data=form)


def complete(tried, task, **body):
    """Bring a task its signature."""
    return tried.client.put(f"/api/v1/signing-tasks/{task['id']}/signature", json=body)


def signed(tried, pdf, role, key, level):
    """Have a file signed in one role's field, the key elsewhere; return the signed file."""
    task = prepare(tried, pdf, key, role=role, level=level).json()
    done = complete(tried, task, signature=key.signature(task))
    assert done.status_code == 200, done.text
    return tried.client.get(f"/api/v1/signing-tasks/{task['id']}/document").content


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
