"""Where an LMS is: https, but on this machine itself."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from grader.lms._errors import Refused


def address(url: str) -> str:
    """Return an LMS's address without a slash at its end.

    >>> address("https://school.example/moodle/")
    'https://school.example/moodle'

    Raises:
        Refused: when a token must not be sent there.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise Refused(f"'{url}' is no address: {error}") from None
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Refused(
            "an LMS's address is scheme, host and path alone, as https://canvas.example.edu"
        )
    if not host or parts.scheme not in ("http", "https"):
        raise Refused(f"'{url}' is no address of an LMS; write https://canvas.example.edu")
    if parts.scheme == "http" and not local(host):
        raise Refused(f"{host} must be reached by https, or the token could be read on the way")
    shown = f"[{host}]" if ":" in host else host
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{shown}{'' if port is None else f':{port}'}{path}"


def local(host: str) -> bool:
    """Tell whether a host is this machine.

    >>> local("127.0.0.1"), local("localhost"), local("127.0.0.1.example.org")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> tuple[str, str, int]:
    """Return scheme, host and port of an address.

    >>> origin("https://A.example/x")
    ('https', 'a.example', 443)
    """
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return parts.scheme, (parts.hostname or "").lower(), port
