"""A small class whose names and ids are as nasty as real ones, for the tests of exports."""

from fractions import Fraction

from grader.export import Line, Marks, Part, PartMark

NAMES = (
    "Ann Lee",
    "O'Neil, Bob",
    'Cai "Kit" Wu',
    "=SUM(A1)",
    "Bob_Under Score",
    "عمر حسن",
    "Zoe\u0308 Mu\u0308ller",
    "𝒯om 🦊",
)


def part_marks(points, *more):
    """Marks of parts 1, 2, …"""
    some = [points, *more]
    return tuple(
        PartMark(id=str(number), points=None if one is None else Fraction(one))
        for number, one in enumerate(some, 1)
    )


def line(key, name="", points=None, **more):
    """A student; points as a text or number."""
    return Line(key=key, name=name, points=None if points is None else Fraction(points), **more)


def marks(lines, possible="10", title="Midterm", name="midterm", parts=(("1", 6), ("2", 4))):
    """The marks of a class."""
    return Marks(
        assignment=name,
        title=title,
        possible=Fraction(possible),
        parts=tuple(Part(id=i, title=f"Part {i}", points=Fraction(p)) for i, p in parts),
        lines=tuple(lines),
    )


def codes(plan, *, unsafe=None, but=()):
    """The codes of a plan's concerns, but for some that the class has in every file."""
    return [
        one.code
        for one in plan.concerns
        if (unsafe is None or one.unsafe is unsafe) and one.code not in but
    ]


def said(plan, code):
    """What a plan says of one code."""
    return " / ".join(one.says for one in plan.concerns if one.code == code)
