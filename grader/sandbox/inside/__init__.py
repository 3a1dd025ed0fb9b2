"""What runs in the zygote and in the box: the only code of ours that student code can reach.

Nothing here imports another module of ours, but by relative import its siblings: a box has no
grader. It is sent there as source text and lives in memory as a package called ``inside``.
No expected value, rubric or name of a student ever comes here.
"""
