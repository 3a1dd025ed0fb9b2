"""Pseudolabels: the names of the n nearest source datasets by cosine similarity, joined.

Equal similarities leave the order open, so the right functions refuse them. The mistakes take
the order of `sources` for equals, as a student's stable sort does, because a mistake may create
ties of its own: the absolute value of the similarity does.
"""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

DIGITS = 12
"""Similarities that agree to so many decimals are equal: rounding alone parts them."""

Vector = Sequence[float]
Sources = Mapping[str, Vector]


def cosine(x: Vector, y: Vector) -> float:
    """Cosine similarity of two vectors, in [-1, 1].

    Args:
        x: finite numbers, not all zero.
        y: as many, not all zero.

    Raises:
        ValueError: the lengths differ, or a vector is zero, empty or not finite.

    Source: the paper's formula; x . y / (|x| |y|).

    >>> cosine([3, 4], [6, 8])
    1.0
    """
    return max(-1.0, min(1.0, dot(_unit(x), _unit(y))))


def similarities(image: Vector, sources: Sources) -> dict[str, float]:
    """Cosine similarity of the image to each source, by name.

    Raises:
        ValueError: no sources, or as `cosine`.

    >>> similarities([1, 0], {"A": [2, 0], "B": [0, 3]})
    {'A': 1.0, 'B': 0.0}
    """
    if not sources:
        raise ValueError("no sources; give a name and a vector for each")
    return {name: cosine(image, vector) for name, vector in sources.items()}


def nearest(image: Vector, sources: Sources, n: int) -> str:
    """Names of the n sources most similar to the image, most similar first, joined.

    Args:
        image: feature vector.
        sources: name -> vector of the same length.
        n: how many, from 1 to the number of sources.

    Raises:
        ValueError: nonsense input, or equal similarities among the first n + 1, which leave
            the label open.

    >>> nearest([1, 2], {"A": [1, 0], "B": [0, 1]}, 2)
    'BA'
    """
    _check_n(sources, n)
    by_name = similarities(image, sources)
    names = _falling(by_name)
    for nearer, other in itertools.pairwise(names[: n + 1]):
        if _rounded(by_name[nearer]) == _rounded(by_name[other]):
            raise ValueError(f"{nearer} and {other} are equally near; change a vector")
    return "".join(names[:n])


def all_nearest(image: Vector, sources: Sources) -> list[str]:
    """Labels for Nearest-1, Nearest-2, ... up to all sources; element 0 is Nearest-1.

    Raises:
        ValueError: as `nearest`.

    >>> all_nearest([1, 2], {"A": [1, 0], "B": [0, 1]})
    ['B', 'BA']
    """
    return [nearest(image, sources, n) for n in range(1, len(sources) + 1)]


def implied(full: str) -> list[str]:
    """ACCEPTED: the labels that the full one implies, when names are single characters.

    Raises:
        ValueError: an empty label.

    >>> implied("CBA")
    ['C', 'CB', 'CBA']
    """
    if not full:
        raise ValueError("an empty label implies nothing; give the label of all sources")
    return [full[:n] for n in range(1, len(full) + 1)]


def dot(x: Vector, y: Vector) -> float:
    """Dot product of two vectors. As a similarity it is a MISTAKE (norms forgotten).

    Raises:
        ValueError: the lengths differ, or a number is not finite.

    >>> dot([1, 2], [3, 4])
    11.0
    """
    if len(x) != len(y) or not x:
        raise ValueError(f"vectors of lengths {len(x)} and {len(y)}; give equal, non-zero lengths")
    return _finite(math.fsum(_finite(a) * _finite(b) for a, b in zip(x, y, strict=True)))


# Known mistakes. All take what `nearest` takes; equals stand in the order of `sources`.


def farthest_first(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: the order is reversed: the least similar source comes first.

    >>> farthest_first([1, 2], {"A": [1, 0], "B": [0, 1]}, 1)
    'A'
    """
    return _joined(image, sources, n, lambda x, y: -cosine(x, y))


def sign_ignored(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: the absolute value of the similarity decided, so opposite counts as near.

    >>> sign_ignored([-2, 1], {"A": [1, 0], "B": [0, 1]}, 2)
    'AB'
    """
    return _joined(image, sources, n, lambda x, y: abs(cosine(x, y)))


def norms_forgotten(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: the dot product decided; it was not divided by the norms.

    >>> norms_forgotten([2, 1], {"A": [1, 0], "B": [0, 3]}, 2)
    'BA'
    """
    return _joined(image, sources, n, dot)


def euclidean_instead(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: the Euclidean distance decided instead of the cosine similarity.

    >>> euclidean_instead([1, 2], {"A": [1, 0], "B": [0, 9]}, 2)
    'AB'
    """
    return _joined(image, sources, n, lambda x, y: -math.dist(x, y))


def alphabetical(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: the right n sources, but written in the order of the alphabet.

    >>> alphabetical([1, 2], {"A": [1, 0], "B": [0, 1]}, 2)
    'AB'
    """
    return "".join(sorted(_names(image, sources, n, cosine)))


def written_backwards(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: the right n sources, but the nearest one written last.

    >>> written_backwards([1, 2], {"A": [1, 0], "B": [0, 1]}, 2)
    'AB'
    """
    return "".join(reversed(_names(image, sources, n, cosine)))


def nth_alone(image: Vector, sources: Sources, n: int) -> str:
    """MISTAKE: only the n-th nearest source; nothing was concatenated.

    >>> nth_alone([1, 2], {"A": [1, 0], "B": [0, 1]}, 2)
    'A'
    """
    return _names(image, sources, n, cosine)[-1]


def all_mistaken(image: Vector, sources: Sources) -> dict[str, list[str]]:
    """Every known MISTAKE by name, each with its labels for Nearest-1 up to all sources.

    Raises:
        ValueError: as `similarities`.

    >>> all_mistaken([1, 2], {"A": [1, 0], "B": [0, 1]})["farthest_first"]
    ['A', 'AB']
    """
    mistakes = (
        farthest_first,
        sign_ignored,
        norms_forgotten,
        euclidean_instead,
        alphabetical,
        written_backwards,
        nth_alone,
    )
    counts = range(1, len(sources) + 1)
    return {rule.__name__: [rule(image, sources, n) for n in counts] for rule in mistakes}


def mistaken(image: Vector, sources: Sources, mistake: str) -> list[str]:
    """Labels for Nearest-1 up to all sources by one known MISTAKE, named as its function.

    Raises:
        ValueError: when there is no such mistake, or as `similarities`.

    >>> mistaken([1, 2], {"A": [1, 0], "B": [0, 1]}, "nth_alone")
    ['B', 'A']
    """
    found = all_mistaken(image, sources)
    if mistake not in found:
        raise ValueError(f"no mistake is called {mistake!r}; choose one of {', '.join(found)}")
    return found[mistake]


def _joined(
    image: Vector, sources: Sources, n: int, near: Callable[[Vector, Vector], float]
) -> str:
    return "".join(_names(image, sources, n, near))


def _names(
    image: Vector, sources: Sources, n: int, near: Callable[[Vector, Vector], float]
) -> list[str]:
    _check_n(sources, n)
    similarities(image, sources)  # for its checks: a mistake is made on sound data
    return _falling({name: near(image, vector) for name, vector in sources.items()})[:n]


def _falling(by_name: Mapping[str, float]) -> list[str]:
    """Names from the highest value to the lowest; equal values in the given order."""
    return sorted(by_name, key=lambda name: -_rounded(by_name[name]))


def _rounded(similarity: float) -> float:
    return round(similarity, DIGITS)


def _unit(x: Vector) -> list[float]:
    """The vector divided by its length, in two steps so that neither over- nor underflows."""
    numbers = [_finite(a) for a in x]
    largest = max(map(abs, numbers), default=0.0)
    if largest == 0:
        raise ValueError("a zero vector has no direction; give one that is not all zeros")
    scaled = [a / largest for a in numbers]
    return [a / math.hypot(*scaled) for a in scaled]


def _check_n(sources: Sources, n: int) -> None:
    if type(n) is not int or not 1 <= n <= len(sources):
        raise ValueError(f"n is {n!r}; give a whole number from 1 to {len(sources)}")


def _finite(value: float) -> float:
    """The number as a float; whatever is not a finite number is refused."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{value!r:.40} is not a number; give a finite number") from None
    if not math.isfinite(number):
        raise ValueError(f"{value!r} is not finite; give a finite number")
    return number
