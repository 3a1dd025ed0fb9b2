"""Which addresses may be asked: HTTPS, or HTTP on this machine, and only a platform's own hosts."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from grader.lti.faults import Unsafe

LONGEST = 4096
"""Characters of the longest address."""


def loopback(host: str) -> bool:
    """Whether a host is this machine.

    >>> loopback("127.0.0.1"), loopback("localhost"), loopback("::1"), loopback("lms.example")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def parts(url: str) -> SplitResult:
    """Return the parts of an address that may be asked or shown to a browser.

    Raises:
        Unsafe: when it is no plain HTTPS address (HTTP on this machine alone).

    >>> parts("https://lms.example/a?b=1").netloc
    'lms.example'
    >>> parts("javascript:alert(1)")
    Traceback (most recent call last):
    grader.lti.faults.Unsafe: 'javascript:alert(1)' is no address of https
    """
    shown = url[:80]
    if len(url) > LONGEST or any(c.isspace() or not c.isprintable() or c == "\\" for c in url):
        raise Unsafe(f"{shown!r} is no address: it is too long, or has signs that none has")
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise Unsafe(f"{shown!r} is no address") from error
    if not split.hostname or port == 0 or split.scheme not in {"https", "http"}:
        raise Unsafe(f"{shown!r} is no address of https")
    if split.scheme == "http" and not loopback(split.hostname):
        raise Unsafe(f"{shown!r} is plain http; https is needed except on this machine itself")
    if "@" in split.netloc or split.fragment:
        raise Unsafe(f"the address at {split.hostname} holds a user or a fragment; neither is used")
    return split


def origin(url: str) -> str:
    """Return scheme, host and port, the port only where it is not the usual one.

    >>> origin("https://LMS.example:443/a"), origin("http://127.0.0.1:8000/x")
    ('https://lms.example', 'http://127.0.0.1:8000')
    """
    split = parts(url)
    host = split.hostname or ""
    host = f"[{host}]" if ":" in host else host
    usual = 443 if split.scheme == "https" else 80
    tail = "" if split.port in (None, usual) else f":{split.port}"
    return f"{split.scheme}://{host}{tail}"


def allowed(url: str, origins: Collection[str], whose: str) -> str:
    """Return the address if it lies at one of these origins.

    Raises:
        Unsafe: when it is no address, or of another host: what a platform sends must not make us
            ask anybody else.
    """
    found = origin(url)
    if found not in origins:
        raise Unsafe(
            f"{found} is no host of the platform '{whose}'; if it is one, add it to its 'hosts' "
            "in rubrics/lti.yaml"
        )
    return url
