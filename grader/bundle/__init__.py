"""Bundles: an assignment packed so that this grader marks it on somebody else's machine.

``gradescope`` makes the zip; ``agent`` is what runs over there. What an agent imports before it
has written a first result is the standard library alone.
"""
