"""Keys: files, plug-ins, PKCS#11 tokens, the signing agent, remote signing services."""

from __future__ import annotations

from dataclasses import dataclass

from signkit.errors.root import SignKitError
from signkit.words import Language, Text


class SignerUnusable(SignKitError):
    """A key cannot be found, opened or used."""


@dataclass(frozen=True)
class TokenChoice:
    """A token, or a certificate with its private key on one, that a person may choose.

    Attributes:
        token: the token's label.
        uri: the ``pkcs11:`` URI that names this one and no other.
        label: the certificate's label; None where a whole token is meant.
        id: CKA_ID in hex.
        common_name: the certificate's subject CN.
    """

    token: str
    uri: str
    label: str | None = None
    id: str = ""
    common_name: str = ""

    def in_language(self, language: Language) -> str:
        """Return two lines: what it is, and how it is named with --signer."""
        name = self.token or Text("(no label)", "(ラベルなし)").in_language(language)
        if self.label is not None:
            name += f": {self.label}, id {self.id or '-'}, CN {self.common_name or '-'}"
        return f'  - {name}\n    --signer "{self.uri}"'
