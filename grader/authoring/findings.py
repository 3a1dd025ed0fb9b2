"""What a check found: where it stands, what is wrong there, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
"""``error`` must be fixed before students are graded; ``warning`` should be looked at; ``note``
tells what a check could not look at."""
ORDER: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a person should look at."""

    severity: Severity
    check: str
    file: Path
    line: int = 1
    column: int = 1
    part: str = ""
    criterion: str = ""
    what: str
    suggestion: str = ""

    def __str__(self) -> str:
        """One line, as compilers write it, so that editors can jump to it.

        >>> print(Finding(severity="error", check="follow", file=Path("a.yaml"), line=3, part="2",
        ...               criterion="value", what="it is trivial", suggestion="add a guard"))
        a.yaml:3:1: error: part 2, value: it is trivial; add a guard [follow]
        """
        whose = f"part {self.part}" if self.part else ""
        whose += f", {self.criterion}" if self.criterion else ""
        told = f"{whose}: {self.what}" if whose else self.what
        told += f"; {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {told} [{self.check}]"

    def plain(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {**asdict(self), "file": str(self.file)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one check did: how much it tried, and what it found."""

    check: str
    asks: str
    """What the check asks, in a few words."""
    said: str
    """How much was tried."""
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def worst(self) -> Severity | None:
        """The most severe of its findings, None where all is well."""
        return next((s for s in ORDER if any(f.severity == s for f in self.findings)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What all checks of an assignment found."""

    assignment: str
    outcomes: Sequence[Outcome]
    seconds: float

    @property
    def findings(self) -> list[Finding]:
        """All findings, what must be fixed first."""
        every = [f for outcome in self.outcomes for f in outcome.findings]
        return sorted(every, key=lambda f: (ORDER.index(f.severity), str(f.file), f.line))

    @property
    def fine(self) -> bool:
        """Whether nothing must be fixed."""
        return not any(f.severity == "error" for f in self.findings)

    def plain(self) -> dict[str, Any]:
        """Return the report as plain data."""
        checks = [
            {"check": o.check, "asks": o.asks, "said": o.said, "seconds": round(o.seconds, 2)}
            for o in self.outcomes
        ]
        return {
            "assignment": self.assignment,
            "fine": self.fine,
            "seconds": round(self.seconds, 2),
            "checks": checks,
            "findings": [f.plain() for f in self.findings],
        }
