"""What holding a file against a profile found: requirement by requirement, beside the verdict and never part of it.

A profile is what somebody who takes signed files asks of them (`signkit.validation.profile_registry`).  A signature may
be proven good and still be of a format that they do not take, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from signkit.words import Text

#: What the registry takes.
REGISTRY_SUB_FILTER = "adbe.pkcs7.detached"
REGISTRY_KEY_BITS = 2048


class ProfileName(StrEnum):
    """The profiles that a file can be held against."""

    REGISTRY = "registry"


@dataclass(frozen=True)
class RequirementFinding:
    """What was found in one place.

    Attributes:
        fulfilled: whether the requirement is met there.
        found: what stands there, in words.
        field: the signature field; None where it is about the file.
    """

    fulfilled: bool
    found: Text
    field: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return one entry of ``found``."""
        return {"field": self.field, "fulfilled": self.fulfilled, "en": self.found.en, "ja": self.found.ja}


@dataclass(frozen=True)
class RequirementReport:
    """One requirement: its stable name, what it asks, and what was found."""

    id: str
    title: Text
    findings: tuple[RequirementFinding, ...] = ()

    @property
    def fulfilled(self) -> bool | None:
        """Whether it is met everywhere; None where there was nothing to look at."""
        return all(finding.fulfilled for finding in self.findings) if self.findings else None

    def to_json(self) -> dict[str, Any]:
        """Return one entry of ``requirements``."""
        return {
            "id": self.id,
            "en": self.title.en,
            "ja": self.title.ja,
            "fulfilled": self.fulfilled,
            "found": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True)
class ProfileReport:
    """A file held against a profile."""

    name: ProfileName
    requirements: tuple[RequirementReport, ...]

    @property
    def violated(self) -> tuple[str, ...]:
        """The names of the requirements that are not met."""
        return tuple(item.id for item in self.requirements if item.fulfilled is False)

    @property
    def fulfilled(self) -> bool:
        """No requirement is violated."""
        return not self.violated

    def to_json(self) -> dict[str, Any]:
        """Return the ``profile`` object of the report."""
        return {
            "name": str(self.name),
            "fulfilled": self.fulfilled,
            "requirements": [item.to_json() for item in self.requirements],
        }
