"""Text of students on a terminal: nothing in it that the terminal would obey."""


def inert(line: str) -> str:
    r"""Return a line with each sign that cannot be printed replaced.

    >>> inert("a\x1b[2J") == "a\N{REPLACEMENT CHARACTER}[2J"
    True
    """
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
