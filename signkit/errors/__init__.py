"""Every error a user can meet; one file a room.

An error carries a code and facts; ``wording_*.py`` give each code its message, its hint (the next step) and its exit
code, and are loaded when an error is told.  Rooms raise errors, ``signkit.cli`` alone turns them into words and exit
codes.  Facts never hold a PIN, a certificate's attributes or a 個人番号.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from signkit.errors.exit_codes import ExitCode
from signkit.errors.root import SignKitError, naming
from signkit.errors.system import NOT_REGULAR, syntax_cause, system_cause

if TYPE_CHECKING:
    from signkit.errors.archive import ArchiveError
    from signkit.errors.card import (
        CardAnswerInvalid,
        CardBusy,
        CardError,
        CardLinkError,
        CardLocked,
        CardNotGenuine,
        CardRefused,
        CardUnresponsive,
        NoCard,
        NoReader,
        NotAnIndividualNumberCard,
        PinNeeded,
        PinWrong,
        ReaderNotFound,
    )
    from signkit.errors.contracts import (
        ContractDataUnreadable,
        ContractError,
        ContractRefused,
        LibreOfficeMissing,
        RowsRefused,
        TableUnreadable,
    )
    from signkit.errors.delivery import CompletionRefused, DeliveryError
    from signkit.errors.files import (
        FileUnusable,
        InputUnreadable,
        MissingExtra,
        OutputExists,
        OutputSigned,
        UsageProblem,
    )
    from signkit.errors.problems import Problem, RowProblem
    from signkit.errors.service import ServiceError
    from signkit.errors.signers import SignerUnusable, TokenChoice
    from signkit.errors.signing import (
        PdfForbidsSigning,
        PdfNotSignable,
        PdfPasswordNeeded,
        PdfPasswordWrong,
        PdfUnusable,
        SigningRefused,
    )
    from signkit.errors.trust import (
        CertificateRevoked,
        CrlIndexDamaged,
        CrlUnreadable,
        EvidenceMissing,
        TimestampUnavailable,
        TrustError,
    )
    from signkit.errors.validation import ValidationRefused
else:

    def __getattr__(name: str) -> Any:
        """Find an error in its room's file; only what is asked for is loaded, so that the command line starts fast."""
        for room in _ROOMS if name in __all__ else ():
            found = getattr(import_module(f"{__name__}.{room}"), name, None)
            if found is not None:
                globals()[name] = found
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


#: The rooms' files, those that every command needs first.
_ROOMS = ("files", "validation", "delivery", "trust", "contracts", "signers", "card", "signing", "archive", "service")

__all__ = [
    "NOT_REGULAR",
    "ArchiveError",
    "CardAnswerInvalid",
    "CardBusy",
    "CardError",
    "CardLinkError",
    "CardLocked",
    "CardNotGenuine",
    "CardRefused",
    "CardUnresponsive",
    "CertificateRevoked",
    "CompletionRefused",
    "ContractDataUnreadable",
    "ContractError",
    "ContractRefused",
    "CrlIndexDamaged",
    "CrlUnreadable",
    "DeliveryError",
    "EvidenceMissing",
    "ExitCode",
    "FileUnusable",
    "InputUnreadable",
    "LibreOfficeMissing",
    "MissingExtra",
    "NoCard",
    "NoReader",
    "NotAnIndividualNumberCard",
    "OutputExists",
    "OutputSigned",
    "PdfForbidsSigning",
    "PdfNotSignable",
    "PdfPasswordNeeded",
    "PdfPasswordWrong",
    "PdfUnusable",
    "PinNeeded",
    "PinWrong",
    "Problem",
    "ReaderNotFound",
    "RowProblem",
    "RowsRefused",
    "ServiceError",
    "SignKitError",
    "SignerUnusable",
    "SigningRefused",
    "TableUnreadable",
    "TimestampUnavailable",
    "TokenChoice",
    "TrustError",
    "UsageProblem",
    "ValidationRefused",
    "naming",
    "syntax_cause",
    "system_cause",
]
