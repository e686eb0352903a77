"""What a contract's parties are: natural persons or companies, dealers or the public."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

#: Words that stand in the names of legal persons alone (会社法6条2項, 一般法人法5条 and the laws of the other kinds).
_OF_COMPANIES = re.compile(
    "株式会社|有限会社|合同会社|合資会社|合名会社|相互会社|特定目的会社|社団法人|財団法人|医療法人|学校法人|宗教法人"
    "|社会福祉法人|特定非営利活動法人|NPO法人|税理士法人|弁護士法人|監査法人|司法書士法人|行政書士法人"
    "|社会保険労務士法人|土地家屋調査士法人|行政法人|大学法人|管理組合法人|投資法人"
    "|協同組合|信用金庫|信用組合|労働金庫|公庫$|公社$|機構$"
    r"|\((?:株|有|同|資|名)\)|\b(?:Co\.|Inc\.?|Corp\.?|Ltd\.?|LLC|K\.K\.|G\.K\.)(?:\W|$)",
    re.IGNORECASE,
)
#: What those call themselves who sign for a legal person.
_OF_REPRESENTATIVES = re.compile("代表取締役|代表社員|代表理事|代表執行役|理事長|取締役|執行役|業務執行社員|支配人")


def is_company(party: Mapping[str, Any]) -> bool:
    """Tell whether a party is a legal person: as its ``kind`` says, else as its name and its signer's capacity do."""
    if "kind" in party:
        return bool(party["kind"] == "法人")
    return bool(
        party.get("corporate_number")
        or has_company_name(party.get("name", ""))
        or _OF_REPRESENTATIVES.search(str(party.get("capacity", "")))
    )


def has_company_name(name: str) -> bool:
    """Tell whether a name is one that only legal persons bear."""
    return _OF_COMPANIES.search(unicodedata.normalize("NFKC", name)) is not None


def is_consumer(party: Mapping[str, Any]) -> bool:
    """Tell whether a party is a consumer (消費者契約法2条1項): a natural person who does not act for a business."""
    return not is_company(party) and not party.get("is_dealer", False) and party.get("kind") != "個人事業主"


def addressee(party: Mapping[str, Any]) -> str:
    """Return a party's name as it is addressed: a company with 御中, a person with 様."""
    return f"{party['name']}　{'御中' if is_company(party) else '様'}"


def parties(contract: Mapping[str, Any], role: str) -> list[Mapping[str, Any]]:
    """Return those of a role: ``seller``, ``seller2`` … as far as the data name them, in order."""
    names = sorted(name for name in contract if re.fullmatch(rf"{re.escape(role)}\d?", name))
    return [contract[name] for name in names if isinstance(contract[name], Mapping)]


def dealer_sells_to_public(contract: Mapping[str, Any]) -> bool:
    """Tell whether 宅地建物取引業法 37条の2 to 43条 bind the sale: a dealer sells, not only to dealers (78条2項)."""
    sellers, buyers = parties(contract, "seller"), parties(contract, "buyer")
    return any(map(_is_dealer, sellers)) and not all(map(_is_dealer, buyers))


def business_sells_to_consumer(contract: Mapping[str, Any]) -> bool:
    """Tell whether the sale is a consumer contract (消費者契約法2条3項): a business sells, a consumer buys."""
    return a_business_sells(contract) and any(map(is_consumer, parties(contract, "buyer")))


def only_businesses_sell(contract: Mapping[str, Any]) -> bool:
    """Tell whether every seller is a business."""
    return not any(map(is_consumer, parties(contract, "seller")))


def a_business_sells(contract: Mapping[str, Any]) -> bool:
    """Tell whether any seller is a business."""
    return not all(map(is_consumer, parties(contract, "seller")))


def _is_dealer(party: Mapping[str, Any]) -> bool:
    return bool(party.get("is_dealer", False))
