"""SignKit: contracts rendered from templates, signed with their parties' own keys, provable for decades.

The library is what stands in ``__all__``: the main line as plain functions (`render`, `sign`, `validate`, …), and the
values that they take and give.  Each is loaded when it is first used, so that ``import signkit`` costs nothing.
Everything else is a room of the house (docs/architecture.md) and may move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signkit.version import __version__

if TYPE_CHECKING:
    from signkit.contracts.attachments import Attachment
    from signkit.contracts.render import Rendered
    from signkit.errors import Problem, SignKitError
    from signkit.history.differences import Diff
    from signkit.library.acts import extend, finish, open_signer, prepare, services, sign
    from signkit.library.following import diff, status, validate, validate_many, validation_options
    from signkit.library.making import check_data, fields, read_contract, render
    from signkit.pdf.embedded_contract import EmbeddedContract
    from signkit.pdf.fields import FieldNames
    from signkit.progress.contract import ContractStatus
    from signkit.settings import Settings, load_settings
    from signkit.signers.base import SecretRequest, Signer
    from signkit.signing.deferred import DeferredRequest
    from signkit.signing.levels import Level, Services, SignedFile
    from signkit.signing.places import Place
    from signkit.signing.signature_formats import SignatureFormat
    from signkit.signing.terms import SignatureTerms
    from signkit.validation.options import ValidationOptions
    from signkit.validation.report import Report, Verdict

__all__ = [
    "Attachment",
    "ContractStatus",
    "DeferredRequest",
    "Diff",
    "EmbeddedContract",
    "FieldNames",
    "Level",
    "Place",
    "Problem",
    "Rendered",
    "Report",
    "SecretRequest",
    "Services",
    "Settings",
    "SignKitError",
    "SignatureFormat",
    "SignatureTerms",
    "SignedFile",
    "Signer",
    "ValidationOptions",
    "Verdict",
    "__version__",
    "check_data",
    "diff",
    "extend",
    "fields",
    "finish",
    "load_settings",
    "open_signer",
    "prepare",
    "read_contract",
    "render",
    "services",
    "sign",
    "status",
    "validate",
    "validate_many",
    "validation_options",
]

#: Where the names come from.
_HOMES = {
    "Attachment": "contracts.attachments",
    "ContractStatus": "progress.contract",
    "DeferredRequest": "signing.deferred",
    "Diff": "history.differences",
    "EmbeddedContract": "pdf.embedded_contract",
    "FieldNames": "pdf.fields",
    "Level": "signing.levels",
    "Place": "signing.places",
    "Problem": "errors",
    "Rendered": "contracts.render",
    "Report": "validation.report",
    "SecretRequest": "signers.base",
    "Services": "signing.levels",
    "Settings": "settings",
    "SignKitError": "errors",
    "SignatureFormat": "signing.signature_formats",
    "SignatureTerms": "signing.terms",
    "SignedFile": "signing.levels",
    "Signer": "signers.base",
    "ValidationOptions": "validation.options",
    "Verdict": "validation.report",
    "load_settings": "settings",
    "check_data": "library.making",
    "diff": "library.following",
    "extend": "library.acts",
    "fields": "library.making",
    "finish": "library.acts",
    "open_signer": "library.acts",
    "prepare": "library.acts",
    "read_contract": "library.making",
    "render": "library.making",
    "services": "library.acts",
    "sign": "library.acts",
    "status": "library.following",
    "validate": "library.following",
    "validate_many": "library.following",
    "validation_options": "library.following",
}


if not TYPE_CHECKING:  # a type checker knows the names from above, and no others

    def __getattr__(name: str) -> object:
        """Load what is asked for the first time (PEP 562)."""
        if name not in _HOMES:
            raise AttributeError(f"module 'signkit' has no attribute {name!r}")
        from importlib import import_module

        value = getattr(import_module(f"signkit.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """List what the library is."""
    return [*globals(), *(name for name in __all__ if name not in globals())]
