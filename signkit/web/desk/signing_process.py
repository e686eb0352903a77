"""Signing one document in a process of its own (`signkit.web.desk.prompted_process`).

What is signed is what was shown: the order names the document by its digest, and other bytes are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from signkit.errors import InputUnreadable
from signkit.web.desk.prompted_process import ASKING, SIGNING, Say
from signkit.web.desk.prompting import About, Prompt, PromptKind
from signkit.words import Language, Text


@dataclass(frozen=True)
class OneOrder:
    """What is to be signed, as whom, with what.

    Attributes:
        source, sha256: the document; its bytes must have this digest.
        target: where the signed file goes.
        signer: the key's URI.
        level: ``B-B`` to ``B-LTA``.
        tsa, trust: as ``signkit sign`` takes them.
        prompt, program: how the secret is asked for.
    """

    ACT: ClassVar[str] = "sign"

    source: str
    sha256: str
    target: str
    role: str
    signer: str
    level: str
    title: str
    party: str
    pages: int
    language: Language = "ja"
    tsa: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    prompt: PromptKind = "auto"
    program: str | None = None


def sign_one(plain: dict[str, Any], say: Say) -> str:
    """Sign, write the file, and return its SHA-256.

    Raises:
        PromptCancelled: the person does not want to.
        NoPrompt: nothing can ask for the secret.
        SignKitError: as ``signkit sign`` does.
    """
    from signkit.library.acts import services as library_services
    from signkit.library.acts import sign
    from signkit.output import write_checked
    from signkit.settings import load_settings
    from signkit.signers.registry import SignerContext, open_signer
    from signkit.signing.levels import Level, refuse_without_service
    from signkit.signing.many import digest
    from signkit.signing.readback import check_signed
    from signkit.signing.terms import SignatureTerms, admit

    order, settings = OneOrder(**plain), load_settings()
    data = read_shown(order.source, order.sha256, order.title)
    terms = SignatureTerms(order.role, Level(order.level), language=order.language)
    services = library_services(tsa=order.tsa, trust=order.trust, settings=settings)
    refuse_without_service(terms.level, services)
    admit(data, terms, order.title, services.judgement)  # before anybody types a secret
    about = About(order.title, order.party, order.sha256, order.pages)
    prompt = Prompt(about, order.language, order.prompt, order.program)
    say(stage=ASKING)
    with open_signer(order.signer, SignerContext(prompt.ask, settings, accept=terms.profile.refuse_key)) as key:
        say(stage=SIGNING)
        signed = sign(data, terms, key, services=services, settings=settings).pdf
        certificate = key.certificate
    target = Path(order.target)
    write_checked(target, signed, check=lambda written: check_signed(data, written, certificate), private=True)
    return digest(signed)


def read_shown(source: str, sha256: str, name: str) -> bytes:
    """Return the document that the person was shown, and no other."""
    from signkit.incoming import read_file
    from signkit.limits import PDF_BYTES
    from signkit.signing.many import digest

    data = read_file(Path(source), PDF_BYTES)
    if digest(data) != sha256:
        raise InputUnreadable(name, _CHANGED)
    return data


_CHANGED = Text("it changed since it was shown", "表示した後に内容が変わりました")
