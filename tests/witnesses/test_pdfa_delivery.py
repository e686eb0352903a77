"""veraPDF as witness: attachments, certificate, withdrawal and every sheet of a delivery pack are PDF/A-3b."""

from __future__ import annotations

from signkit.contracts.attachments import attachment
from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.template import find_template
from signkit.delivery.certificate import completion_certificate
from signkit.delivery.check import check_delivery
from signkit.delivery.consent import withdrawal
from signkit.delivery.pack import make_pack
from tests.delivery.conftest import (  # noqa: F401  fixtures of the room
    blank_consent,
    complete,
    consent,
    consent_pdf,
    employee,
    employer,
    employment,
    employment_data,
    half_signed,
    make_consent,
    options,
    rehearsal,
    services,
    status,
    today,
)
from tests.witnesses.test_pdfa import verapdf  # noqa: F401


def test_what_is_handed_over_is_pdf_a_3b(verapdf, status, complete, consent, tmp_path):  # noqa: F811
    template = find_template("real-estate-sale")
    data = load_contract_data(template.folder / "example.yaml")
    annexed = render_contract(template, data, attachments=[attachment("図面.png", b"\x89PNG\xff", "間取図")])
    pack = make_pack(check_delivery(status, [consent]), complete, [])
    files = {
        "annexed.pdf": annexed.pdf,
        "english.pdf": completion_certificate(status, language="en"),
        "withdrawal.pdf": withdrawal(consent, today()),
        **{name: content for name, content in pack.files.items() if name.endswith(".pdf")},
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert verapdf(*(tmp_path / name for name in files)) == dict.fromkeys(files, "PASS")
