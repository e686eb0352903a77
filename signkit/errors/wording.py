"""Every code an error can have, in words; one file a room.  Codes are stable; the words may get better.

Loaded when the first error is told, never when one is raised.
"""

from __future__ import annotations

from signkit.errors.telling import Wording
from signkit.errors.wording_archive import ARCHIVE
from signkit.errors.wording_card import CARD
from signkit.errors.wording_contracts import CONTRACTS
from signkit.errors.wording_delivery import DELIVERY
from signkit.errors.wording_files import FILES
from signkit.errors.wording_service import SERVICE
from signkit.errors.wording_services import SERVICES
from signkit.errors.wording_signers import SIGNERS
from signkit.errors.wording_signing import SIGNING
from signkit.errors.wording_trust import TRUST
from signkit.errors.wording_validation import VALIDATION

#: The rooms' tables; no code stands in two of them.
TABLES = (FILES, CARD, CONTRACTS, DELIVERY, SIGNERS, SERVICES, SIGNING, TRUST, VALIDATION, ARCHIVE, SERVICE)

WORDINGS: dict[str, Wording] = {code: wording for table in TABLES for code, wording in table.items()}
