"""A judgement on a card or a proof: each question with its answer and reason, and the worst of them as the whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from signkit.words import Language, Text


class Conclusion(StrEnum):
    """What was found, in ETSI EN 319 102-1's three words; a caller that needs yes or no asks for PASSED."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"


_WORST_FIRST = (Conclusion.FAILED, Conclusion.INDETERMINATE, Conclusion.PASSED)


@dataclass(frozen=True)
class Finding:
    """The answer to one question.

    Attributes:
        question: what was looked at, for scripts: ``challenge``, ``signature``, ``issuer``, ``revocation``, …
        conclusion: the answer.
        reason: why, for people.
    """

    question: str
    conclusion: Conclusion
    reason: Text


@dataclass(frozen=True)
class CardJudgement:
    """All findings, in the order in which they were made; at least one."""

    findings: tuple[Finding, ...]

    @property
    def conclusion(self) -> Conclusion:
        """The worst of the findings."""
        found = {finding.conclusion for finding in self.findings}
        return next(conclusion for conclusion in _WORST_FIRST if conclusion in found)

    @property
    def allows_registration(self) -> bool:
        """Whether a card may be kept as known: nothing is bad, and nothing but its revocation is open."""
        return all(
            finding.conclusion is Conclusion.PASSED
            or (finding.question.endswith("revocation") and finding.conclusion is Conclusion.INDETERMINATE)
            for finding in self.findings
        )

    def as_data(self, language: Language = "en") -> dict[str, object]:
        """Return plain data for JSON."""
        findings = [
            {
                "question": finding.question,
                "conclusion": str(finding.conclusion),
                "reason": finding.reason.in_language(language),
            }
            for finding in self.findings
        ]
        return {"conclusion": str(self.conclusion), "findings": findings}


def good_finding(question: str, en: str, ja: str) -> Finding:
    """Return a good finding."""
    return Finding(question, Conclusion.PASSED, Text(en, ja))


def open_finding(question: str, en: str, ja: str) -> Finding:
    """Return a finding that is neither good nor bad."""
    return Finding(question, Conclusion.INDETERMINATE, Text(en, ja))


def bad_finding(question: str, en: str, ja: str) -> Finding:
    """Return a bad finding."""
    return Finding(question, Conclusion.FAILED, Text(en, ja))
