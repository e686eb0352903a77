"""Secrets that a tenant's rows hold: sealed under the tenant's key, which lies in a file beside no database."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signkit.web.api.monitored import tenant_key
from signkit.web.api.tenants import Tenant

_NONCE = 12


def seal(tenant: Tenant, purpose: str, of: bytes, secret: bytes) -> bytes:
    """Seal a secret.

    Args:
        purpose: what it is for; each has a key of its own.
        of: whose it is: sealed for another it is not opened.
    """
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(tenant, purpose).encrypt(nonce, secret, of)


def unseal(tenant: Tenant, purpose: str, of: bytes, sealed: bytes) -> bytes:
    """Open what `seal` made.

    Raises:
        InvalidTag: it was made with another key, for another, or is damaged.
    """
    return _cipher(tenant, purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], of)


def _cipher(tenant: Tenant, purpose: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, None, f"signkit {purpose}".encode()).derive(tenant_key(tenant)))
