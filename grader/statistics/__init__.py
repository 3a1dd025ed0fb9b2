"""Statistics of a class: how hard parts are, what they tell apart, how far the total can be trusted.

Marks come in exact and are put down as float64; nothing here changes a mark. A figure that would
rest on fewer than ``MINIMUM`` students is None, and every figure says on how many it rests.
"""

from grader.statistics._agreement import Agreement, agreement
from grader.statistics._doubts import Doubt, Kind
from grader.statistics._figures import MINIMUM, group, pearson, upper
from grader.statistics._items import Item
from grader.statistics._reliability import Reliability, alpha
from grader.statistics._tally import Frequent, Marked, Statistics, Tally, Totals

__all__ = [
    "MINIMUM",
    "Agreement",
    "Doubt",
    "Frequent",
    "Item",
    "Kind",
    "Marked",
    "Reliability",
    "Statistics",
    "Tally",
    "Totals",
    "agreement",
    "alpha",
    "group",
    "pearson",
    "upper",
]
