"""C3 of LeNet-5: which maps its 16 feature maps read, and the trainable parameters that gives.

Table I of the literature stands here as a constant; students' own groups arrive as arguments.

Source: LeCun, Bottou, Bengio, Haffner, "Gradient-Based Learning Applied to Document Recognition"
(Proceedings of the IEEE, 1998), section II.B and table I.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

KERNEL = 5
SOURCES = 6
MAPS = 16

TABLE: tuple[tuple[int, ...], ...] = (
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip
"""Which maps of S2 each of the 16 maps of C3 reads: table I, column by column."""


def parameters() -> int:
    """Trainable parameters of C3 by its connection table.

    Source: LeCun et al. (1998), section II.B ("1,516 trainable parameters") and table I.

    >>> parameters()
    1516
    """
    return sum(parameters_by_group())


def groups() -> list[list[int]]:
    """The four groups of C3 as [maps, S2 maps that each of them reads], in the table's order.

    Source: LeCun et al. (1998), section II.B: the first six maps read contiguous triples, the
    next six contiguous quadruples, the next three other quadruples, the last one everything.

    >>> groups()
    [[6, 3], [6, 4], [3, 4], [1, 6]]
    """
    found: list[list[int]] = []
    last: tuple[int, bool] | None = None
    for maps in TABLE:
        kind = (len(maps), _contiguous(maps))
        if kind != last:
            found.append([0, len(maps)])
        found[-1][0] += 1
        last = kind
    return found


def parameters_by_group() -> list[int]:
    """Trainable parameters of the four groups, in the table's order; they sum to `parameters`.

    >>> parameters_by_group()
    [456, 606, 303, 151]
    """
    return group_parameters(groups())


def groups_merged() -> list[list[int]]:
    """ACCEPTED: three groups, all maps that read four S2 maps taken together.

    >>> groups_merged()
    [[6, 3], [9, 4], [1, 6]]
    """
    counts = Counter(len(maps) for maps in TABLE)
    return [[counts[reads], reads] for reads in sorted(counts)]


def group_parameters(groups: Iterable[Sequence[int]], kernel: int = KERNEL) -> list[int]:
    """Trainable parameters of each group [maps, S2 maps read], one bias per map.

    Serves a student's own groups too: the sum tells what their structure gives.

    Raises:
        ValueError: a group that is not two numbers of at least 1.

    >>> group_parameters([[6, 3], [6, 4], [3, 4], [1, 6]])
    [456, 606, 303, 151]
    """
    result = []
    for group in groups:
        if len(group) != 2:
            raise ValueError(f"a group is {list(group)}; give [maps, S2 maps that each reads]")
        result.append(_parameters(kernel, maps_in=group[1], maps_out=group[0]))
    return result


def groups_fit(groups: Iterable[Sequence[int]]) -> bool:
    """Whether groups [maps, S2 maps read], in any order and split or merged, describe table I.

    Tells a right decomposition from a wrong structure that hits the same total, as the second
    one below does.

    Raises:
        ValueError: as `group_parameters`.

    >>> groups_fit([[9, 4], [6, 3], [1, 6]]), groups_fit([[8, 3], [6, 4], [2, 6]])
    (True, False)
    """
    given = [list(group) for group in groups]
    group_parameters(given)
    counts: Counter[int] = Counter()
    for maps, reads in given:
        counts[reads] += maps
    return counts == Counter(len(maps) for maps in TABLE)


def kernels() -> int:
    """ACCEPTED decomposition: kernels of C3, one per pair of a C3 map and an S2 map it reads.

    60 kernels of 25 weights, and 16 biases.

    >>> kernels()
    60
    """
    return sum(len(maps) for maps in TABLE)


def weights() -> int:
    """ACCEPTED decomposition: the weights alone, 60 kernels of 25. As the total it is a MISTAKE.

    >>> weights()
    1500
    """
    return kernels() * KERNEL**2


def biases() -> int:
    """ACCEPTED decomposition: the biases alone, one per C3 map.

    >>> biases()
    16
    """
    return len(TABLE)


def readers() -> list[int]:
    """ACCEPTED decomposition: how many C3 maps read each S2 map (the rows of table I).

    >>> readers()
    [10, 10, 10, 10, 10, 10]
    """
    counts = Counter(source for maps in TABLE for source in maps)
    return [counts[source] for source in range(SOURCES)]


def fully_connected() -> int:
    """MISTAKE: every C3 map was joined to all six S2 maps.

    >>> fully_connected()
    2416
    """
    return _parameters(KERNEL, SOURCES, MAPS)


def fully_connected_without_biases() -> int:
    """MISTAKE: every C3 map was joined to all six S2 maps, and the biases were left out.

    >>> fully_connected_without_biases()
    2400
    """
    return fully_connected() - MAPS


def with_a_bias_per_kernel() -> int:
    """MISTAKE: a bias was counted for each of the 60 kernels, not for each map.

    >>> with_a_bias_per_kernel()
    1560
    """
    return kernels() * (KERNEL**2 + 1)


def with_one_kernel_per_map() -> int:
    """MISTAKE: the depth was forgotten; every C3 map reads one S2 map.

    >>> with_one_kernel_per_map()
    416
    """
    return _parameters(KERNEL, 1, MAPS)


def _contiguous(maps: tuple[int, ...]) -> bool:
    """Whether the maps are neighbours, the last and the first counting as neighbours too."""
    gaps = [(b - a) % SOURCES for a, b in zip(maps, maps[1:] + maps[:1], strict=True)]
    return sum(gap != 1 for gap in gaps) <= 1


def _parameters(kernel: int, maps_in: int, maps_out: int) -> int:
    """Parameters of a convolution whose output maps each read all of `maps_in`."""
    for number in (kernel, maps_in, maps_out):
        if type(number) is not int or number < 1:
            raise ValueError(f"{number!r} kernel side or maps; give whole numbers of at least 1")
    return maps_out * (maps_in * kernel**2 + 1)
