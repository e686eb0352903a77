"""The main job once through, as a rehearsal: render, three signatures, B-LTA, a verdict, and a forgery that fails.

No card, no server, no network, no state outside the output folder.  Every step calls what the commands call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from signkit.card.emulator import EmulatedCard, EmulatedTransport
from signkit.card.transport import Connection
from signkit.contracts.data import load_contract_data
from signkit.contracts.render import render_contract
from signkit.contracts.signature_fields import SigningBlock
from signkit.contracts.template import Template, find_template
from signkit.japan_time import JST
from signkit.kept_signatures import refuse_losing_signatures
from signkit.output import write_checked
from signkit.plain_data import item_at
from signkit.preview import find_text, page_png
from signkit.rehearsal.authority import FictionalResident
from signkit.rehearsal.pki import RehearsalPki, new_rehearsal
from signkit.reporting.formats.json import write_json
from signkit.signers.base import SecretRequest, Signer
from signkit.signers.card import CardSigner
from signkit.signers.p12 import open_pkcs12
from signkit.signing.appearance import seal_appearance
from signkit.signing.levels import Level, Services, extend, sign
from signkit.signing.request import SignatureRequest
from signkit.validation.options import ValidationOptions
from signkit.validation.pdf import validate_pdf
from signkit.validation.report import Report
from signkit.words import Text

_TEMPLATE = "real-estate-sale"
_TRUST = "rehearsal-ca.pem"
_PASSPHRASE = b"rehearsal"

Say = Callable[[Text, Mapping[str, object]], None]


@dataclass(frozen=True)
class Demo:
    """What the rehearsal left in its folder, and both verdicts."""

    folder: Path
    contract: Report
    forgery: Report


def run_demo(folder: Path, say: Say) -> Demo:
    """Run the rehearsal into ``folder`` (made if need be; files of an earlier run are replaced).

    Raises:
        SignKitError: any step's own error; nothing is hidden in a rehearsal.
    """
    folder.mkdir(parents=True, exist_ok=True)
    say(_START, {"folder": folder})
    pki = new_rehearsal()
    _refuse_others_contracts(folder)
    _keep(folder, _TRUST, pki.trust_pem())
    template, data, blank, blocks = _render()
    _keep(folder, "contract-unsigned.pdf", blank)
    say(_RENDERED, {"title": template.title.ja, "pages": blocks[0].page + 1})
    signed = _sign_all(blank, template, data, pki, folder, say)
    _keep(folder, "contract.pdf", signed)
    _keep(folder, "signature-page.png", page_png(signed, blocks[0].page))
    verdict = _judge(signed, "contract.pdf", folder)
    _keep(folder, "report.json", write_json(verdict).encode())
    say(_JUDGED, {"file": "contract.pdf", "verdict": verdict.verdict.value})
    forged = forge_price(signed, int(item_at(data, "price.total")))
    _keep(folder, "contract-forged.pdf", forged)
    caught = _judge(forged, "contract-forged.pdf", folder)
    _keep(folder, "report-forged.json", write_json(caught).encode())
    say(_JUDGED_FORGERY, {"file": "contract-forged.pdf", "verdict": caught.verdict.value})
    return Demo(folder, verdict, caught)


def _render() -> tuple[Template, dict[str, Any], bytes, tuple[SigningBlock, ...]]:
    template = find_template(_TEMPLATE)
    data = load_contract_data(find_template(_TEMPLATE).folder / "example.yaml")
    rendered = render_contract(template, data)
    return template, data, rendered.pdf, rendered.blocks


def _sign_all(
    pdf: bytes, template: Template, data: Mapping[str, Any], pki: RehearsalPki, folder: Path, say: Say
) -> bytes:
    services = _services(pki)
    for number, party in enumerate(template.parties_of(data)):
        name = str(item_at(data, party.name_item))
        key = _key_of(party.role, name, data, pki, folder, say)
        now = datetime.now(JST).replace(microsecond=0)
        seal = seal_appearance(name, now, rehearsal=True)
        request = SignatureRequest(party.role, name, now, certify=number == 0, appearance=seal)
        with key:
            pdf = sign(pdf, request, key, Level.B_T, services).pdf
        say(_SIGNED, {"role": party.label.ja, "name": name})
    say(_EXTENDED, {})
    return extend(pdf, Level.B_LTA, services).pdf


def _services(pki: RehearsalPki) -> Services:
    from asn1crypto import pem

    issuers = [der for _, _, der in pem.unarmor(pki.trust_pem(), multiple=True)]
    return Services([pki.timestamps()], [pki.revocation()], issuers)


def _key_of(role: str, name: str, data: Mapping[str, Any], pki: RehearsalPki, folder: Path, say: Say) -> Signer:
    """Return the broker's key file, or a fresh emulated card for seller and buyer."""
    now = datetime.now(JST)
    if role == "broker":
        organisation = str(item_at(data, "broker.name"))
        file = folder / "broker.p12"
        _keep(folder, file.name, pki.key_file(name, organisation, _PASSPHRASE, now))
        say(_KEY_FILE, {"file": file.name, "passphrase": _PASSPHRASE.decode()})
        return open_pkcs12(file, lambda _: bytearray(_PASSPHRASE))
    contents = pki.card(_resident(name, str(item_at(data, f"{role}.address"))), now)
    password = contents.pins.signature

    def ask(request: SecretRequest) -> bytearray:
        say(_PASSWORD, {"password": password, "tries": request.tries_left})
        return bytearray(password.encode())

    issuers = (contents.sign.ca_certificate,) if contents.sign else ()
    card = Connection(EmulatedTransport(EmulatedCard(contents)))
    return CardSigner(card, f"emulated card of {role}", ask, issuers=issuers)


def _resident(name: str, address: str) -> FictionalResident:
    return FictionalResident(name.replace(" ", "　"), address, "419900401", "3", "Kakuu-to", "Kakuu-ku")


def forge_price(pdf: bytes, price: int) -> bytes:
    """Do what a forger would: append an update that paints a smaller price over the agreed one.

    Raises:
        ValueError: the price is not found on the pages.
    """
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    page, (left, bottom, right, top) = find_text(pdf, f"{price:,}")
    paint = (
        f"q 1 1 1 rg {left} {bottom} {right - left} {top - bottom} re f Q "
        f"BT /Forger {(top - bottom) * 1.2:.2f} Tf {left} {bottom} Td ({price // 10:,}) Tj ET"
    )
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Times-Roman"}
    helper = generic.DictionaryObject({generic.pdf_name(k): generic.pdf_name(v) for k, v in font.items()})
    resources = generic.DictionaryObject(
        {generic.pdf_name("/Font"): generic.DictionaryObject({generic.pdf_name("/Forger"): helper})}
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    stream = generic.StreamObject(stream_data=paint.encode())
    writer.add_stream_to_page(page, writer.add_object(stream), resources)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def _judge(pdf: bytes, name: str, folder: Path) -> Report:
    from signkit.pki.anchors import default_trust_store

    trust = default_trust_store([folder / _TRUST])
    return validate_pdf(pdf, name=name, options=ValidationOptions(trust=trust, offline=True))


def _keep(folder: Path, name: str, content: bytes) -> None:
    write_checked(folder / name, content, overwrite=True, signed_too=True)


def _refuse_others_contracts(folder: Path) -> None:
    """Refuse to write over signed files that no earlier rehearsal left in the folder."""
    if not (folder / _TRUST).exists():
        for name in ("contract.pdf", "contract-unsigned.pdf", "contract-forged.pdf"):
            refuse_losing_signatures(folder / name, bytes)


_START = Text(
    "A rehearsal in {folder}: its keys and certificates prove nothing.",
    "{folder} でリハーサルを行います。鍵と証明書に証明力はありません。",
)
_RENDERED = Text("Rendered {title} ({pages} pages).", "{title}を作成しました ({pages}ページ)。")
_PASSWORD = Text(
    "Emulated card: {tries} tries left; typing its signature password {password}.",
    "模擬カード: 残り{tries}回。署名用パスワード {password} を入力します。",
)
_KEY_FILE = Text("Key file {file}, passphrase {passphrase}.", "鍵ファイル {file}、パスフレーズ {passphrase}。")
_SIGNED = Text("Signed: {role} {name}", "署名しました: {role} {name}")
_EXTENDED = Text(
    "Added revocation evidence and a document timestamp (B-LTA).", "失効情報と文書タイムスタンプを加えました (B-LTA)。"
)
_JUDGED = Text("{file}: {verdict}", "{file}: {verdict}")
_JUDGED_FORGERY = Text(
    "{file} (a copy whose price a forger painted over): {verdict}",
    "{file} (代金を書き換えた偽造の写し): {verdict}",
)
