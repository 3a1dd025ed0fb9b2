"""Many verdicts made one: credit, certainty, and which element is wrong in what way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from grader.model import MISSES, Verdict

Share: TypeAlias = Literal["each", "all"]
_TOLD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Verdicts of elements, and what makes one verdict of them.

    ``extra`` counts given elements that were not asked for and cost one element each; ``notes``
    are told after the elements' faults; ``sure`` is False where the assignment is in doubt, and
    ``most`` is then the credit of all elements at best, where that is known;
    ``odd`` says that something was given that is not of the kind; ``out_of`` is what the credit is divided by, where that is more than the verdicts.
    """

    names: Sequence[str]
    verdicts: Sequence[Verdict]
    share: Share = "each"
    extra: int = 0
    notes: Iterable[str] = ()
    read: str = ""
    miss: str = ""
    sure: bool = True
    most: Fraction | None = None
    unit: str = "elements"
    faults: Sequence[str] | None = None
    spoilt: bool = False
    out_of: int = 0
    odd: bool = False

    def verdict(self) -> Verdict:
        """Return the credit with its reason; undecided elements count only where they matter."""
        verdicts = self.verdicts
        count = max(1, len(verdicts), self.out_of)
        earned = sum((v.credit for v in verdicts), Fraction(0))
        most = sum((v.credit if v.certain else Fraction(1) for v in verdicts), Fraction(0))
        missed = (
            any(v.certain and v.credit < 1 for v in verdicts) or bool(self.extra) or self.spoilt
        )
        if self.share == "all":
            credit = Fraction(0) if missed or earned < count else Fraction(1)
            open_ = not missed
        else:
            credit = Fraction(0) if self.spoilt else max(Fraction(0), (earned - self.extra) / count)
            open_ = not self.spoilt and most > self.extra
        sure = self.sure and all(v.certain for v in verdicts)
        if not verdicts:
            credit, sure = Fraction(not (self.extra or self.spoilt)), self.sure
        certain = sure or not (open_ if self.sure else self._doubted(count))
        miss = (self.miss or self._shared_miss()) if certain and credit < 1 else ""
        bad = self.odd or any(v.invalid for v in verdicts)
        return Verdict(
            credit=credit,
            reason=self._reason(miss),
            certain=certain,
            each=tuple(v.credit for v in verdicts),
            mistakes=tuple(dict.fromkeys(m for v in verdicts for m in v.mistakes)),
            invalid=bad and credit == 0 and certain,
            unread=bad and credit > 0,
            read=self.read,
            miss=miss,
        )

    def _doubted(self, count: int) -> bool:
        """Whether another assignment of elements could earn something else."""
        if self.most is None:
            return True
        return self.most >= count if self.share == "all" else self.most > self.extra

    def _shared_miss(self) -> str:
        """The one kind of miss that all wrong elements have."""
        kinds = {v.miss for v in self.verdicts if v.credit < 1 or not v.certain}
        return kinds.pop() if len(kinds) == 1 and not self.extra else ""

    def _reason(self, miss: str) -> str:
        right = sum(v.credit == 1 and v.certain for v in self.verdicts)
        count = len(self.verdicts)
        faults = self.faults
        if faults is None:
            faults = [
                f"{name}: {_without_miss(v) if self.miss else v.reason}"
                for name, v in zip(self.names, self.verdicts, strict=True)
                if v.credit < 1 or not v.certain
            ]
        whole = right == count and not faults and not self.extra and not self.spoilt
        head = (
            f"all {count} {self.unit} are right"
            if whole
            else f"{right} of {count} {self.unit} are right"
        )
        if not count:
            head = "it is empty, which is right" if whole else "some are given that do not belong"
        more = [f"and {len(faults) - _TOLD} more"] if len(faults) > _TOLD else []
        told = [head, *faults[:_TOLD], *more, *self.notes]
        if miss and not (told[-1].endswith(MISSES[miss])):
            told.append(MISSES[miss])
        return "; ".join(told)


def _without_miss(verdict: Verdict) -> str:
    """The reason without the kind of miss, where the whole has one that explains it."""
    words = MISSES.get(verdict.miss, "")
    return verdict.reason.removesuffix(f"; {words}") if words else verdict.reason
