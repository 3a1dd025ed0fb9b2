"""What a course remembers: who handed in what, what was found, what it earned, who decided.

``book.open_book`` opens it; each other file holds the functions for one thing.
"""

from grader.gradebook.book import Book, open_book
from grader.gradebook.opening import GradebookError

__all__ = ["Book", "GradebookError", "open_book"]
