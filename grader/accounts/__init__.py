"""Who may do what in the web app: accounts, passwords, sessions, one-time links, LMS subjects.

Nothing here knows of HTTP. A page asks ``may_see`` before it shows what is a student's own.
"""

from grader.accounts.who import ROLES, Role, Who, may_see

__all__ = ["ROLES", "Role", "Who", "may_see"]
