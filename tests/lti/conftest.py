"""A tool, a strict platform, and a browser that carries cookies between them."""

import functools
import importlib.util
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

collect_ignore = ["peer"]  # it is another interpreter's
if importlib.util.find_spec("joserfc") is None or importlib.util.find_spec("httpx") is None:
    collect_ignore_glob = ["*.py"]  # LTI is an extra; grader[lms] has it


class Clock:
    """A clock that tests move."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.time() + self.ahead


@dataclass
class Browser:
    """Keeps cookies as browsers do: by name, and away when their age is nought."""

    cookies: dict = field(default_factory=dict)

    def take(self, *headers):
        for name, value in headers:
            if name.lower() == "set-cookie":
                pair, *rules = value.split("; ")
                key, _, content = pair.partition("=")
                self.cookies[key] = content
                if "Max-Age=0" in rules:
                    del self.cookies[key]


@dataclass
class Desk:
    """The tool and what a test does with it."""

    tool: object
    clock: Clock
    platform: object
    waits: list

    def begin(self, browser, **changes):
        from grader.lti.exchange import Request
        from grader.lti.launch import login

        fields = {n: [v] for n, v in self.platform.initiation(**changes).items() if v is not None}
        answer = login(self.tool, Request(method="GET", fields=fields, cookies=browser.cookies))
        browser.take(*answer.headers)
        return answer.header("Location")

    def end(self, browser, form, method="POST"):
        from grader.lti.exchange import Request
        from grader.lti.launch import launch, remember

        fields = {name: [value] for name, value in form.items()}
        found = launch(self.tool, Request(method=method, fields=fields, cookies=browser.cookies))
        browser.take(found.forget)
        remember(self.tool, found)
        return found

    def whole(self, browser=None, **answer):
        browser = browser or Browser()
        return self.end(browser, self.platform.authorize(self.begin(browser), **answer))


@functools.cache
def first_keys():
    """The content of a file of keys; making them takes long."""
    from grader.lti.keys import Keys

    with tempfile.TemporaryDirectory() as folder:
        Keys(Path(folder)).signing()
        return (Path(folder) / "keys.json").read_bytes()


def desk(platform, tmp_path, clock=None, **changes):
    from grader.lti.keys import Keys
    from grader.lti.launch import Tool
    from grader.lti.platform_keys import PlatformKeys
    from grader.lti.registration import Registrations
    from grader.lti.store import Store
    from grader.lti.transport import Transport

    clock, waits = clock or Clock(), []
    (tmp_path / "lti").mkdir(mode=0o700)
    (tmp_path / "lti" / "keys.json").touch(0o600)
    (tmp_path / "lti" / "keys.json").write_bytes(first_keys())
    transport = Transport(sleep=waits.append, timeout=5)
    tool = Tool(
        registrations=Registrations.model_validate(
            {"tool": "https://grader.example", "platforms": [platform.registration(**changes)]}
        ),
        keys=Keys(tmp_path / "lti", clock),
        store=Store(tmp_path / "lti" / "store.sqlite3"),
        platform_keys=PlatformKeys(transport, clock),
        clock=clock,
    )
    platform.tool_jwks, platform.clock = tool.keys.public, clock
    made = Desk(tool=tool, clock=clock, platform=platform, waits=waits)
    made.transport = transport
    return made


@pytest.fixture
def platform():
    from tests.lti.strict_platform import StrictPlatform

    made = StrictPlatform()
    yield made
    made.close()


@pytest.fixture
def made(platform, tmp_path):
    found = desk(platform, tmp_path)
    yield found
    found.transport.close()
    found.tool.store.close()
