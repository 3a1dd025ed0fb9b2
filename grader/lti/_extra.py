"""The packages that only LTI needs."""

from __future__ import annotations

from importlib.util import find_spec

from grader.lti.faults import LtiError


def needed() -> None:
    """Check that they are there.

    Raises:
        LtiError: with what to install.
    """
    absent = [name for name in ("httpx", "joserfc") if find_spec(name) is None]
    if absent:
        what = " and ".join(absent)
        raise LtiError(f'LTI needs {what}; install it with: pip install "grader[lms]"')
