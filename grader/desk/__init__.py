"""The desk at which students hand in by themselves, and have their answers read before they do.

What comes is kept whole under its hash before a row says so, and waits in one queue. A few threads
take it from there in turn: hand-ins become attempts and are graded as any batch is, answers that
are to be checked are read in a box that holds no key. Kill it at any moment: what had a receipt is
there, and what ran is done again.
"""
