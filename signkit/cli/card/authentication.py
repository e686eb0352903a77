"""``card challenge``, ``card authenticate``, ``card verify-authentication``: user authentication in scripts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from signkit.cli.card.common import (
    AnswerFormat,
    FormatOption,
    Reader,
    asking,
    open_card,
    show_judgement,
)
from signkit.cli.card.registry import RegistryFile, SignerOf, file_signers, registry_file, with_signer
from signkit.cli.files import read_input
from signkit.cli.language import words
from signkit.cli.options import EvidenceFolders, Output, Overwrite, PinStdin, Trust, UseLastTry
from signkit.cli.terminal import tell
from signkit.words import Text

if TYPE_CHECKING:
    from signkit.holder.authentication import Challenge
    from signkit.pki.anchors import Anchor
    from signkit.pki.revocation.sources import RevocationSource

CHALLENGE_HELP = words(
    "Make a challenge for a user to answer; keep it until the proof comes.",
    "利用者に渡すチャレンジを作る。証明が届くまで手元に残す。",
)
AUTHENTICATE_HELP = words(
    "Answer a challenge with the authentication key (4-digit PIN).",
    "利用者証明用の鍵でチャレンジに答える (数字4桁の暗証番号)。",
)
VERIFY_HELP = words(
    "Check a proof: challenge, time, signature, certificate, revocation.",
    "証明を検証する: チャレンジ、時刻、署名、証明書、失効。",
)

ChallengeFile = Annotated[
    Path | None,
    typer.Option(
        "--challenge",
        metavar="FILE",
        help=words("A file made by 'signkit card challenge'.", "signkit card challenge で作ったファイル。"),
        show_default=False,
    ),
]


def challenge(output: Output = None, overwrite: Overwrite = False) -> None:
    """Write a fresh challenge with the time of its making."""
    from signkit.holder.authentication import new_challenge, write_challenge

    write_text(write_challenge(new_challenge(datetime.now(UTC))), output, overwrite=overwrite)


def authenticate(
    challenge: ChallengeFile = None,
    reader: Reader = None,
    output: Output = None,
    overwrite: Overwrite = False,
    pin_stdin: PinStdin = False,
    use_last_try: UseLastTry = False,
) -> None:
    """Have the card answer the challenge, or a random one of our own, and write the proof."""
    from signkit.card import session
    from signkit.holder.authentication import write_proof

    given = read_challenge_file(challenge)
    with open_card(reader) as connection:
        secret = asking("authentication-pin", reader, from_stdin=pin_stdin)
        value = given.value if given else None
        proof = session.authenticate(connection, secret, value, use_last_try=use_last_try)
    if given is None:
        tell(_OWN_CHALLENGE)
    write_text(write_proof(proof), output, overwrite=overwrite)


def verify(
    proof: Annotated[Path, typer.Argument(help=words("A file made by 'card authenticate'.", "証明のファイル。"))],
    challenge: ChallengeFile = None,
    window: Annotated[
        int, typer.Option(min=1, help=words("Seconds a challenge is good for.", "チャレンジの有効秒数。"))
    ] = 300,
    signer_of: SignerOf = None,
    registry: RegistryFile = None,
    trust: Trust = None,
    evidence: EvidenceFolders = None,
    format_: FormatOption = AnswerFormat.TEXT,
) -> None:
    """Judge the proof; exit code 0 good, 1 bad, 3 undecided."""
    from signkit.holder.authentication import read_proof, verify_authentication
    from signkit.holder.touch import open_registry

    signers = file_signers(signer_of, trust, evidence)
    given = read_proof(read_input(proof), str(proof))
    judgement = verify_authentication(
        given,
        read_challenge_file(challenge),
        card_anchors(trust),
        now=datetime.now(UTC),
        window=timedelta(seconds=window),
        sources=card_sources(evidence),
    )
    if signers is not None:
        with open_registry(registry_file(registry)) as known:
            judgement = with_signer(judgement, known, given.certificate, signers)
    show_judgement(judgement, format_)


def read_challenge_file(path: Path | None) -> Challenge | None:
    """Return the challenge in a file; None where no file was named."""
    from signkit.holder.authentication import read_challenge

    return read_challenge(read_input(path), str(path)) if path else None


def card_sources(evidence: list[Path] | None) -> list[RevocationSource]:
    """Return folders named, imported lists and plug-ins; JPKI's own services answer accredited verifiers only."""
    from signkit.settings import load_settings
    from signkit.validation.options import revocation_sources

    return revocation_sources(load_settings(), evidence or (), plugins=True, online=False)


def card_anchors(trust: list[Path] | None) -> tuple[Anchor, ...]:
    """Return the shipped authentication CAs and what the user trusts or names now."""
    from signkit.holder.card_certificate import authentication_anchors
    from signkit.settings import load_settings
    from signkit.validation.options import anchor_paths, taken_from_cards

    settings = load_settings()
    named = anchor_paths(settings, trust or (), authentication=True)
    return authentication_anchors([*taken_from_cards(settings), *named])


def card_signing_anchors(trust: list[Path] | None) -> tuple[Anchor, ...]:
    """Return the shipped signing CAs and what the user trusts or names now."""
    from signkit.holder.card_certificate import signing_anchors
    from signkit.settings import load_settings
    from signkit.validation.options import anchor_paths

    return signing_anchors(anchor_paths(load_settings(), trust or ()))


def write_text(data: bytes, output: Path | None, *, overwrite: bool) -> None:
    """Write to a file and print its name, or print the text itself."""
    from signkit.output import write_checked

    if output is None:
        sys.stdout.write(data.decode())
        return
    write_checked(output, data, overwrite=overwrite)
    print(output)


_OWN_CHALLENGE = Text(
    "Note: no --challenge was given, so a random one was signed. Whoever verifies cannot tell when.",
    "ご注意: --challenge の指定がないため、任意のチャレンジに署名しました。検証する側には、いつの証明か分かりません。",
)
