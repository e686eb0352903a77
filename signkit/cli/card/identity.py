"""``card identity``: name, address, birth date and sex, read from the card in place of being typed (入力レス)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.common import (
    AnswerFormat,
    FormatOption,
    Reader,
    asking,
    open_card,
    show_json,
    show_table,
)
from signkit.cli.language import translate, words
from signkit.cli.options import Output, Overwrite, PinStdin, Trust, UseLastTry
from signkit.cli.terminal import tell
from signkit.errors import UsageProblem
from signkit.holder.identity import CardIdentity, IdentitySource, read_identity
from signkit.words import Text, printable

if TYPE_CHECKING:
    from signkit.contracts.template import Template
    from signkit.jpki.attributes import PersonAttributes

HELP = words(
    "Read name, address, birth date and sex (基本4情報), as a table or as data for a contract.",
    "基本4情報 (氏名・住所・生年月日・性別) を読み取り、表または契約データとして出力する。",
)


def run(
    source: Annotated[
        IdentitySource,
        typer.Option(
            "--from",
            help=words(
                "certificate (signature password; proven), surface (4-digit PIN) or code-b (照合番号B).",
                "certificate (署名用パスワード、証明付き)、surface (数字4桁)、code-b (照合番号B)。",
            ),
        ),
    ] = IdentitySource.CERTIFICATE,
    party: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="TEMPLATE:ROLE",
            help=words(
                "Write data for this party, for 'signkit render --with ROLE=FILE'.",
                "この当事者の契約データを書き出す (signkit render --with ROLE=FILE で使う)。",
            ),
            show_default=False,
        ),
    ] = None,
    reader: Reader = None,
    output: Output = None,
    overwrite: Overwrite = False,
    format_: FormatOption = AnswerFormat.TEXT,
    trust: Trust = None,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Read the four attributes once and show or write them."""
    target = _party(party) if party else None
    if output is not None and target is None:
        raise UsageProblem(
            Text("-o writes data for a contract; for which party is missing", "-o で書き出す当事者の指定がありません"),
            Text("Add --for TEMPLATE:ROLE.", "--for ひな形:役割 を付けてください。"),
        )
    found = _read_identity(source, reader, trust or [], pin_stdin=pin_stdin, use_last_try=use_last_try)
    _warn(found)
    if target is not None:
        _write_fragment(found, *target, output, overwrite=overwrite, as_json=format_ is AnswerFormat.JSON)
    elif format_ is AnswerFormat.JSON:
        show_json(_data(found))
    else:
        _show(found.attributes)


def _party(text: str) -> tuple[Template, str]:
    """Find the template and the role before any secret is asked for."""
    from signkit.contracts.fragment import identity_fragment
    from signkit.contracts.template import find_template
    from signkit.settings import load_settings

    name, _, role = text.rpartition(":")
    if not name or not role:
        raise UsageProblem(
            Text(f"--for {text}: not TEMPLATE:ROLE", f"--for {text}: ひな形:役割 の形ではありません"),
            Text("For example --for real-estate-sale:seller.", "例: --for real-estate-sale:seller"),
        )
    template = find_template(name, load_settings())
    identity_fragment(template, role, "", "")
    return template, role


def _read_identity(
    source: IdentitySource, reader: str | None, trust: list[Path], *, pin_stdin: bool, use_last_try: bool
) -> CardIdentity:
    from signkit.settings import load_settings
    from signkit.validation.options import anchor_paths

    with open_card(reader) as connection:
        ask = asking(source.secret, reader, from_stdin=pin_stdin)
        anchors = anchor_paths(load_settings(), trust)
        return read_identity(connection, source, ask, anchors, use_last_try=use_last_try)


def _warn(found: CardIdentity) -> None:
    """Say what the attributes rest on, and flag substitute characters."""
    if found.source is not IdentitySource.CERTIFICATE:
        tell(_NOT_PROVEN)
    elif found.issuer is None:
        tell(_UNTRUSTED)
    attributes = found.attributes
    flagged = (
        (_NAME, attributes.name, attributes.name_substitutes),
        (_ADDRESS, attributes.address, attributes.address_substitutes),
    )
    for item, text, indexes in flagged:
        if indexes:
            tell(_SUBSTITUTES, item=translate(item), places=_places(text, indexes))


def _places(text: str, indexes: tuple[int, ...]) -> str:
    """Name flagged characters by their position, as people count from 1."""
    return ", ".join(
        translate(_PLACE, number=index + 1, character=printable(text[index])) for index in indexes if index < len(text)
    )


def _show(attributes: PersonAttributes) -> None:
    birth_date = attributes.birth_date
    dates = [] if birth_date is None else [birth_date.in_era_years(), birth_date.iso()]
    show_table(
        [
            (translate(_NAME), printable(attributes.name)),
            (translate(_ADDRESS), printable(attributes.address)),
            (translate(_BIRTH_DATE), "  ".join(filter(None, dates)) or translate(_SEXES["not-known"])),
            (translate(_SEX), translate(_SEXES[attributes.sex or "not-known"])),
        ]
    )


def _data(found: CardIdentity) -> dict[str, object]:
    attributes, birth_date = found.attributes, found.attributes.birth_date
    return {
        "source": str(found.source),
        "issuer": found.issuer,
        "name": attributes.name,
        "name_substitutes": attributes.name_substitutes,
        "address": attributes.address,
        "address_substitutes": attributes.address_substitutes,
        "birth_date": birth_date.iso() if birth_date else None,
        "birth_date_in_era": birth_date.in_era_years() if birth_date else None,
        "sex": attributes.sex,
    }


def _write_fragment(
    found: CardIdentity, template: Template, role: str, output: Path | None, *, overwrite: bool, as_json: bool
) -> None:
    from signkit.contracts.fragment import identity_fragment, write_fragment
    from signkit.output import write_checked

    attributes = found.attributes
    fragment = identity_fragment(template, role, attributes.name, attributes.address)
    comment = translate(_COMMENT, template=template.id, role=role)
    suffix = ".json" if as_json else output.suffix if output else ".yaml"
    data = write_fragment(fragment, suffix, comment)
    if output is None:
        sys.stdout.write(data.decode())
        return
    write_checked(output, data, overwrite=overwrite)
    print(output)


_NAME = Text("name", "氏名")
_ADDRESS = Text("address", "住所")
_BIRTH_DATE = Text("birth date", "生年月日")
_SEX = Text("sex", "性別")
_SEXES = {
    "male": Text("male", "男"),
    "female": Text("female", "女"),
    "not-known": Text("not known", "不詳"),
    "not-applicable": Text("not applicable", "適用不能"),
}
_NOT_PROVEN = Text(
    "Note: these are the card's texts, proven by no signature; substitute characters are not flagged in them.",
    "ご注意: 券面入力補助の文字データであり、電子署名による証明はありません。代替文字の有無も分かりません。",
)
_UNTRUSTED = Text(
    "Note: the certificate was not issued by a CA that is trusted here (the emulated card's never is, unless named "
    "with --trust).",
    "ご注意: 信頼する認証局が発行した証明書ではありません "
    "(模擬カードの認証局は --trust で指定したときだけ信頼します)。",
)
_SUBSTITUTES = Text(
    "Substitute characters (代替文字) stand in the {item} for ones the register writes otherwise: {places}. "
    "Check them with the person.",
    "{item}に代替文字があります ({places})。住民票の文字と異なるため、ご本人に確かめてください。",
)
_PLACE = Text("no. {number} “{character}”", "{number}文字目「{character}」")
_COMMENT = Text(
    "For {template}, {role}: read from an Individual Number Card.",
    "{template} の {role} 用: マイナンバーカードから読み取り。",
)
