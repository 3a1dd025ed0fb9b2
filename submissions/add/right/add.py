"""My answers: part 1 is the function, part 2 is in the last line."""


def add(a, b):
    return a + b


# 2: 42
