"""Part 1 and part 2."""


def add(a, b):
    # the larger number first, then the smaller one
    if a > b:
        return a - b
    return b - a


answer_2 = 32
