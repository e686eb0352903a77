"""The cells of the matrix: what is made, by whom, before whom, and what is to come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pytest

from tests.interop import ours, theirs, witnesses
from tests.interop.workshop import Artifact, Witness, Workshop

Maker: TypeAlias = Callable[[Workshop], Artifact]
Outcome: TypeAlias = Literal["accepted", "refused"]

PDF_WITNESSES: dict[str, Witness] = {
    "SignKit": witnesses.signkit,
    "pdfsig": witnesses.pdfsig,
    "openssl cms": witnesses.openssl,
    "pyHanko": witnesses.pyhanko,
    "EU DSS": witnesses.dss_pdf,
    "qpdf --check": witnesses.qpdf,
}
CMS_WITNESSES: dict[str, Witness] = {
    "SignKit": witnesses.signkit,
    "openssl cms": witnesses.openssl,
    "pyHanko": witnesses.pyhanko,
    "EU DSS": witnesses.dss,
}

OUR_PDFS: dict[str, Maker] = {
    "PAdES B-B": ours.pades_b_b,
    "PAdES B-T": ours.pades_b_t,
    "PAdES B-LT": ours.pades_b_lt,
    "PAdES B-LTA": ours.pades_b_lta,
    "registry profile (PKCS#7)": ours.registry,
    "PAdES B-LT, key at openssl dgst (signed elsewhere)": ours.key_at_openssl,
    "PAdES B-LT, emulated card through OpenSC's module": ours.key_at_opensc_module,
    "PAdES B-LT, emulated card through pkcs11-tool (signed elsewhere)": ours.key_at_opensc_tool,
    "PAdES B-LT, SoftHSM2": ours.key_at_softhsm,
    "PAdES B-B, certomancer-csc-dummy (CSC API 1)": ours.key_at_csc_dummy,
}
OUR_CMS: dict[str, Maker] = {
    "CAdES B-B, detached DER": ours.cades_b_b,
    "CAdES B-T, detached DER": ours.cades_b_t,
    "CAdES B-LT, detached DER": ours.cades_b_lt,
    "CAdES B-LTA, detached DER": ours.cades_b_lta,
    "CAdES B-B, RSA-PSS": ours.cms_pss,
    "CAdES B-B, ECDSA": ours.cms_ecdsa,
    "CAdES B-B, attached DER": ours.cms_attached,
    "CAdES B-B, attached PEM": ours.cms_pem,
    "ASiC-E with CAdES B-LT": ours.asic_e,
}
THEIR_FILES: dict[str, Maker] = {
    "openssl: CMS, RSA": theirs.openssl_rsa,
    "openssl: CMS, RSA-PSS": theirs.openssl_pss,
    "openssl: CMS, ECDSA": theirs.openssl_ecdsa,
    "openssl: CMS with CAdES attributes": theirs.openssl_cades,
    "openssl: CMS without signed attributes": theirs.openssl_without_attributes,
    "openssl: CMS, attached": theirs.openssl_attached,
    "openssl: CMS, attached, BER with indefinite lengths": theirs.openssl_indefinite_lengths,
    "openssl: CMS, attached, PEM": theirs.openssl_pem,
    "openssl: S/MIME, multipart/signed": theirs.openssl_mail,
    "pyHanko: PAdES B-B": theirs.pyhanko_pades,
    "pyHanko: PAdES B-T": theirs.pyhanko_pades_b_t,
    "pyHanko: adbe.pkcs7.detached": theirs.pyhanko_pkcs7,
}
#: What a witness does not take at all, by the maker's name.
_NOT_FOR: dict[str, tuple[Maker, ...]] = {
    "openssl cms": (ours.asic_e,),
    "pyHanko": (ours.asic_e, ours.cms_attached, ours.cms_pem),
    "EU DSS": (ours.cms_pem,),
}


@dataclass(frozen=True)
class Cell:
    """One question: does the witness accept the file, as it was made or changed afterwards?"""

    table: str
    row: str
    column: str
    make: Maker
    witness: Witness
    change: Literal["", "altered", "cut"] = ""

    @property
    def expected(self) -> Outcome:
        """A changed file is refused, any other accepted."""
        return "refused" if self.change else "accepted"

    @property
    def name(self) -> str:
        return f"{self.row}: {self.column}"

    def run(self, workshop: Workshop) -> Outcome:
        """Ask.  Skips (pytest's way) where the maker or the witness is lacking."""
        artifact = workshop.artifact(self.make)
        if self.change:
            assert workshop.accepts(self.witness, artifact), "refused before it was changed"
            artifact = workshop.altered(artifact) if self.change == "altered" else workshop.cut(artifact)
        return "accepted" if workshop.accepts(self.witness, artifact) else "refused"


OURS_PDF, OURS_CMS, THEIRS = "SignKit makes a PDF", "SignKit makes CMS", "They make, SignKit judges"


def cells() -> Iterator[Cell]:
    """Every cell, table by table."""
    for row, make in OUR_PDFS.items():
        yield from (Cell(OURS_PDF, row, name, make, look) for name, look in PDF_WITNESSES.items())
    for made in ("PAdES B-LTA", "registry profile (PKCS#7)"):
        for name, look in PDF_WITNESSES.items():
            if look is not witnesses.qpdf:  # which knows no signatures
                yield Cell(OURS_PDF, f"{made}, altered", name, OUR_PDFS[made], look, "altered")
    yield from (
        Cell(OURS_PDF, "PAdES B-B, cut off", name, ours.pades_b_b, PDF_WITNESSES[name], "cut")
        for name in ("SignKit", "qpdf --check")
    )
    for row, make in OUR_CMS.items():
        yield from (Cell(OURS_CMS, row, name, make, look) for name, look in CMS_WITNESSES.items() if _takes(name, make))
    for made in ("CAdES B-B, detached DER", "CAdES B-B, attached DER", "ASiC-E with CAdES B-LT"):
        make = OUR_CMS[made]
        for name, look in CMS_WITNESSES.items():
            if _takes(name, make):
                yield Cell(OURS_CMS, f"{made}, altered", name, make, look, "altered")
    for row, make in THEIR_FILES.items():
        yield Cell(THEIRS, row, "as made", make, witnesses.signkit)
        yield Cell(THEIRS, row, "altered", make, witnesses.signkit, "altered")


def _takes(column: str, make: Maker) -> bool:
    return make not in _NOT_FOR.get(column, ())


def as_markdown(workshop: Workshop) -> Iterator[str]:
    """Run every cell; yield the lines of the tables, and at the end why some were not run."""
    asked = [(cell, *_asked(cell, workshop)) for cell in cells()]
    for table in (OURS_PDF, OURS_CMS, THEIRS):
        inside = {(cell.row, cell.column): word for cell, word, _ in asked if cell.table == table}
        columns = list(dict.fromkeys(column for _, column in inside))
        yield f"| {table} | {' | '.join(columns)} |"
        yield "| --- |" + " --- |" * len(columns)
        for row in dict.fromkeys(row for row, _ in inside):
            yield f"| {row} | {' | '.join(inside.get((row, column), '–') for column in columns)} |"
        yield ""
    yield from dict.fromkeys(f"Not run: {reason}" for _, _, reason in asked if reason)


def _asked(cell: Cell, workshop: Workshop) -> tuple[str, str]:
    """Return the cell's word, and why it was not run."""
    try:
        outcome = cell.run(workshop)
    except pytest.skip.Exception as lacking:
        return "not run", str(lacking.msg)
    except Exception as error:
        return f"**FAULT: {type(error).__name__}**", ""
    return (outcome if outcome == cell.expected else f"**{outcome.upper()}**"), ""
