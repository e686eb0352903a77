"""Why a signer is, or is not, the party: every reason with its verdict and its words.

A reason says what differs and never what is written: it may stand in a report that strangers read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from signkit.words import Text

Verdict = Literal["match", "mismatch", "cannot-tell"]

#: What a match rests on: the contract's data or the caller's word; the page's text beside the field, too; what the page
#: shows, because the template and the data make these very pages.
Basis = Literal["data", "text", "page"]
BASES: tuple[Basis, ...] = ("data", "text", "page")

_FROM_WORST: tuple[Verdict, ...] = ("mismatch", "cannot-tell", "match")


@dataclass(frozen=True)
class MatchReason:
    """One reason: its code (stable, for policies), the verdict that it alone would give, and its words."""

    code: str
    verdict: Verdict
    text: Text


@dataclass(frozen=True)
class PartyMatch:
    """Whether the signer is the party: the worst of the reasons' verdicts, and the reasons.

    Attributes:
        basis: what names the party; None where nobody was compared.
    """

    verdict: Verdict
    reasons: tuple[MatchReason, ...]
    basis: Basis | None = None

    def with_codes(self, codes: Iterable[str], basis: Basis | None) -> PartyMatch:
        """Return this with further reasons, of which the worst counts, and what it rests on."""
        return match_of((*(reason.code for reason in self.reasons), *codes), basis)


def match_of(codes: Iterable[str], basis: Basis | None = None) -> PartyMatch:
    """Return the verdict and the reasons of ``codes``, in their order, each once."""
    reasons = tuple(REASONS[code] for code in dict.fromkeys(codes))
    return PartyMatch(worst(reason.code for reason in reasons), reasons, basis)


def worst(codes: Iterable[str]) -> Verdict:
    """Return the worst verdict of ``codes``: a mismatch outweighs what cannot be told, and that a match."""
    verdicts = {REASONS[code].verdict for code in codes}
    return next((verdict for verdict in _FROM_WORST if verdict in verdicts), "cannot-tell")


def _reasons(verdict: Verdict, *rows: tuple[str, str, str]) -> dict[str, MatchReason]:
    return {code: MatchReason(code, verdict, Text(en, ja)) for code, en, ja in rows}


_MATCHES = _reasons(
    "match",
    ("name-equal", "The names are the same.", "氏名が一致します。"),
    (
        "name-variant-form",
        "The names are the same, written with other forms of the same characters.",
        "氏名は一致します(同じ文字の異なる字体で書かれています)。",
    ),
    (
        "name-order",
        "The Latin names are the same in another order.",
        "ローマ字の氏名は、順序が異なるほかは一致します。",
    ),
    (
        "name-accents",
        "The Latin names are the same but for accents, which the register does not hold.",
        "ローマ字の氏名は、住民票に記録されないアクセント記号のほかは一致します。",
    ),
    (
        "name-substitute",
        "The names agree; a character that the certificate replaces by a substitute was not compared.",
        "氏名は一致します(証明書が代替文字で表している文字は比較していません)。",
    ),
    (
        "name-in-brackets",
        "The name agrees with the one that the certificate gives in brackets (a former family name or an alias).",
        "氏名は、証明書に括弧書きされた名(旧氏又は通称)と一致します。",
    ),
    (
        "representative",
        "The certificate names the person who signs for the organization, not the organization or an authority to act.",
        "証明書が示すのは署名した個人です。団体を代表する権限は証明書からは分かりません。",
    ),
    (
        "registered-representative",
        "By the commercial register the certificate's holder represents the company (商業登記電子証明書).",
        "商業登記電子証明書により、署名者はこの会社の代表者等として登記されています。",
    ),
    (
        "name-only",
        "Only the names were compared: the contract or the certificate gives no address to compare.",
        "比較したのは氏名だけです(契約書又は証明書に、比較できる住所がありません)。",
    ),
    ("address-equal", "The addresses are the same.", "住所が一致します。"),
    (
        "address-less-exact",
        "The addresses agree as far as the less exact one goes.",
        "住所は、簡略に書かれている方の範囲で一致します。",
    ),
    (
        "address-building-one-side",
        "The addresses are the same; a building or room is named on one side only.",
        "住所は一致します(建物名や部屋番号が一方にだけ書かれています)。",
    ),
    (
        "address-room-one-side",
        "The addresses are the same; a room number stands on one side only.",
        "住所は一致します(部屋番号が一方にだけ書かれています)。",
    ),
    (
        "corporate-number-equal",
        "The corporate number (法人番号) in the certificate is the contract's.",
        "証明書の法人番号は、契約書の法人番号と一致します。",
    ),
    (
        "address-substitute",
        "The address was compared without the characters that the certificate replaces by substitutes.",
        "住所は、証明書が代替文字で表している文字を除いて比較しました。",
    ),
)

_UNDECIDED = _reasons(
    "cannot-tell",
    (
        "contract-names-nobody",
        "The contract data name nobody for this signature field.",
        "契約データに、この署名欄の当事者の氏名がありません。",
    ),
    (
        "page-not-read",
        "What is printed beside the signature field cannot be read.",
        "署名欄のそばに印字された内容を読み取れません。",
    ),
    (
        "page-name-joined",
        "Beside the signature field the party's name is printed as a part of a longer one.",
        "署名欄のそばでは、当事者の氏名がより長い語の一部として印字されています。",
    ),
    (
        "page-name-between",
        "The party's name is printed nearer to another signature field.",
        "当事者の氏名は、別の署名欄により近い位置に印字されています。",
    ),
    (
        "page-address-missing",
        "Beside the signature field the address that the contract data give is not printed.",
        "契約データの住所が、署名欄のそばに印字されていません。",
    ),
    (
        "page-organization-missing",
        "Beside the signature field the organization that the contract data name is not printed.",
        "契約データの団体の名称が、署名欄のそばに印字されていません。",
    ),
    (
        "organization-other",
        "The certificate names the person who signs for the organization, but as one of another organization.",
        "証明書の氏名は署名する人と一致しますが、証明書の団体は契約書の団体と異なります。",
    ),
    (
        "organization-other-person",
        "The certificate is the organization's, and names another person than who signs for it in the contract.",
        "証明書の団体は契約書と一致しますが、氏名は契約書で団体のために署名する人と異なります。",
    ),
    (
        "basis-too-weak",
        "The policy demands better proof that the pages name this party.",
        "ポリシーは、文面がこの当事者を指すことのより強い裏付けを求めています。",
    ),
    (
        "contract-unreadable",
        "The contract data inside the PDF cannot be read, or there are two that differ.",
        "PDF 内の契約データを読めないか、内容の異なるものが二つあります。",
    ),
    (
        "witness",
        "An organisation states that it signed on the party's instruction (立会人型); the file cannot show that the "
        "party gave it.",
        "事業者が当事者の指示により署名したと述べています(立会人型)。指示があったことをファイルからは確かめられません。",
    ),
    (
        "witness-listed",
        "The key is a service's, which signs on its users' instruction (立会人型, by an imported list); the file "
        "cannot show that the party gave one.",
        "鍵は、利用者の指示により署名するサービスのものです(立会人型。取り込んだリストによります)。"
        "当事者が指示したことをファイルからは確かめられません。",
    ),
    (
        "no-identity",
        "The certificate gives no name to compare.",
        "証明書に、比較できる氏名がありません。",
    ),
    ("name-empty", "A name is empty.", "氏名の一方が空です。"),
    ("name-too-long", "A name is too long to be compared.", "氏名が長すぎるため比較できません。"),
    (
        "name-unsafe",
        "A name holds invisible characters or characters of private use.",
        "氏名に、見えない文字又は外字が含まれています。",
    ),
    (
        "name-partial",
        "One side gives only a part of the name.",
        "一方には氏名の一部しか書かれていません。",
    ),
    (
        "name-script",
        "The names are written in different scripts (kanji, hiragana, katakana, Latin); the reading is not known.",
        "氏名の文字の種類(漢字・ひらがな・カタカナ・ローマ字)が異なり、読みが分からないため比較できません。",
    ),
    (
        "name-mixed-up",
        "The names differ in characters that are different but often used for one another.",
        "氏名に、別の文字でありながら互いに取り違えられやすい文字の違いがあります。",
    ),
    (
        "name-look-alike",
        "The names differ in characters that look alike in print.",
        "氏名に、見た目の似た文字の違いがあります。",
    ),
    (
        "name-kana-spelling",
        "The names differ in kana that spell one sound or in the size of kana.",
        "氏名に、仮名遣い又は仮名の大小の違いがあります。",
    ),
    (
        "name-split",
        "The names have the same characters, parted at different places.",
        "氏名の文字は同じですが、区切りの位置が異なります。",
    ),
    (
        "name-order-unclear",
        "The names have the same parts in another order.",
        "氏名の構成は同じですが、順序が異なります。",
    ),
    (
        "name-transliteration",
        "The Latin names differ in the way in which special letters are written (ü as ue).",
        "ローマ字の氏名に、特殊文字の書き換え方(ü を ue とするなど)の違いがあります。",
    ),
    (
        "name-all-substituted",
        "The certificate replaces every character of the family name, of the given name or of both by substitutes.",
        "証明書では、氏、名又はその両方のすべての文字が代替文字になっています。",
    ),
    (
        "name-remark",
        "A remark in brackets is added to the name.",
        "氏名に括弧書きが付いています。",
    ),
    (
        "company-for-person",
        "The contract names a natural person; the certificate is a company's, and names the person as its "
        "representative.",
        "契約書の当事者は個人ですが、証明書は会社のもので、その人を会社の代表者として示しています。",
    ),
    (
        "head-office-other",
        "The contract gives another address than the company's registered head office.",
        "契約書の住所が、会社の登記上の本店と異なります。",
    ),
    (
        "organization-by-person",
        "The contract names an organization and the certificate a person: it does not say for whom the person acts.",
        "契約書の当事者は団体ですが、証明書は個人のものです。団体との関係は証明書からは分かりません。",
    ),
    (
        "organization-form-missing",
        "The organization's legal form stands on one side only, or is abbreviated differently.",
        "団体の種類(株式会社など)が一方にだけ書かれているか、略し方が異なります。",
    ),
    (
        "organization-form-position",
        "The legal form stands before the name on one side and after it on the other: these can be two companies.",
        "会社の種類が一方では前、他方では後に付いています。別の会社でありえます。",
    ),
    ("address-too-long", "An address is too long to be compared.", "住所が長すぎるため比較できません。"),
    (
        "address-unsafe",
        "An address holds invisible characters or characters of private use.",
        "住所に、見えない文字又は外字が含まれています。",
    ),
    (
        "address-mixed-up",
        "The addresses differ in characters that are different but often used for one another.",
        "住所に、別の文字でありながら互いに取り違えられやすい文字の違いがあります。",
    ),
    (
        "address-street-name",
        "The addresses in Kyoto name different streets, or one names none.",
        "京都市の住所の通り名が異なるか、一方にだけ書かれています。",
    ),
    (
        "address-start-missing",
        "One address leaves out its municipality.",
        "一方の住所に市区町村が書かれていません。",
    ),
    (
        "address-numbers-incomplete",
        "One address goes on with a further block or house number.",
        "一方の住所にだけ、続きの番地・号があります。",
    ),
    (
        "address-building",
        "The addresses are the same but for the name of the building or the way the room is given.",
        "住所は、建物名又は部屋の書き方のほかは一致します。",
    ),
)

_MISMATCHES = _reasons(
    "mismatch",
    (
        "corporate-number-other",
        "The certificate states another corporate number (法人番号) than the contract.",
        "証明書の法人番号が、契約書の法人番号と異なります。",
    ),
    (
        "page-other-name",
        "The page does not print, beside the signature field, the name that the contract data give.",
        "署名欄のそばに、契約データの氏名が印字されていません。",
    ),
    (
        "name-family-one-character",
        "The family names differ in one character that is no known variant.",
        "氏(名字)の1文字が異なり、既知の異体字でもありません。",
    ),
    (
        "name-given-one-character",
        "The given names differ in one character that is no known variant.",
        "名(下の名前)の1文字が異なり、既知の異体字でもありません。",
    ),
    (
        "name-one-character",
        "The names differ in one character that is no known variant.",
        "氏名の1文字が異なり、既知の異体字でもありません。",
    ),
    (
        "name-longer",
        "The names are the same but for characters that one side has more.",
        "一方の氏名にだけ余分な文字があります。",
    ),
    ("name-family-different", "The family names are different.", "氏(名字)が異なります。"),
    ("name-given-different", "The given names are different.", "名(下の名前)が異なります。"),
    ("name-different", "The names are different.", "氏名が異なります。"),
    (
        "organization-form-different",
        "The organizations have different legal forms.",
        "団体の種類(株式会社・有限会社など)が異なります。",
    ),
    ("organization-different", "The names of the organizations are different.", "団体の名称が異なります。"),
    ("address-prefecture", "The addresses lie in different prefectures.", "住所の都道府県が異なります。"),
    (
        "address-place",
        "The addresses lie in different municipalities, towns or sections.",
        "住所の市区町村又は町・字が異なります。",
    ),
    ("address-numbers", "The block or house numbers are different.", "住所の番地・号が異なります。"),
    ("address-room", "The room numbers are different.", "部屋番号が異なります。"),
)

#: Every reason by its code.
REASONS: dict[str, MatchReason] = {**_MATCHES, **_UNDECIDED, **_MISMATCHES}
