"""Platforms that may launch us, and their deployments, from ``rubrics/lti.yaml``."""

from __future__ import annotations

import difflib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from grader.lti.address import origin, parts
from grader.lti.faults import Unsafe
from grader.rubric import RubricError
from grader.rubric._file import _at, _plain, _tree
from grader.rubric._words import Strict


def _address(url: str) -> str:
    try:
        parts(url)
    except Unsafe as error:
        raise ValueError(str(error)) from error
    return url


Address = Annotated[str, AfterValidator(_address)]
Kind = Literal["moodle", "canvas", "edx", "brightspace", "blackboard", "sakai", "other"]


class Platform(Strict):
    """One LMS as it registered us, with our client id there."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """Our own word for it, as on the command line."""
    kind: Kind = "other"
    issuer: Annotated[str, Field(min_length=1, max_length=255)]
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    authorization: Address
    """Where a browser is sent to be logged in (OIDC)."""
    token: Address
    """Where we ask for access."""
    jwks: Address
    """Where the platform's public keys are."""
    audience: str = ""
    """Who the request for access is addressed to; the token address where empty."""
    deployments: Annotated[tuple[str, ...], Field(min_length=1)]
    hosts: tuple[Address, ...] = ()
    """Other addresses of the platform whose services we may ask."""

    @field_validator("deployments", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        """Take ids that YAML reads as numbers as the text that the platform sends."""
        if not isinstance(value, list | tuple):
            return value
        return tuple(str(one) if isinstance(one, int) else one for one in value)

    @cached_property
    def origins(self) -> frozenset[str]:
        """All hosts that may be asked in this platform's name."""
        own = (self.authorization, self.token, self.jwks, *self.hosts)
        return frozenset(origin(one) for one in own)

    @property
    def addressee(self) -> str:
        """Who a signed request for access names as its audience."""
        return self.audience or self.token


class Course(Strict):
    """A course there, and where its services are: written by hand, or learnt from a launch."""

    platform: str
    deployment: str
    context: str
    title: str = ""
    lineitems: str = ""
    members: str = ""
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Addresses of columns, by assignment: of several none is chosen."""
    links: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Ids of the links in the course that lead to an assignment, by assignment."""

    @field_validator("deployment", "context", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    @field_validator("columns", "links", mode="before")
    @classmethod
    def _several(cls, value: Any) -> Any:
        """Take the one that is written by hand as the only one."""
        if not isinstance(value, dict):
            return value
        return {name: (one,) if isinstance(one, str) else one for name, one in value.items()}

    def over(self, learnt: Course) -> Course:
        """Return the course as it is written by hand, and as it was learnt where that is silent.

        >>> written = Course(platform="a", deployment="1", context="4", columns={"m": ("x",)})
        >>> learnt = Course(platform="a", deployment="1", context="4", title="T", columns={"m": ("y",)})
        >>> both = written.over(learnt)
        >>> both.title, both.columns
        ('T', {'m': ('x',)})
        """
        told = {name: value for name, value in self.model_dump().items() if value}
        told["columns"] = learnt.columns | self.columns
        told["links"] = learnt.links | self.links
        return Course.model_validate(learnt.model_dump() | told)


class Registrations(Strict):
    """The tool's own address, the platforms, and courses whose services are known beforehand."""

    tool: Address
    platforms: tuple[Platform, ...] = ()
    courses: tuple[Course, ...] = ()

    @model_validator(mode="after")
    def _unique(self) -> Registrations:
        names = [one.name for one in self.platforms]
        if len(set(names)) < len(names):
            raise ValueError("two platforms have one name; each needs its own")
        keys = [(one.issuer, one.client_id) for one in self.platforms]
        if len(set(keys)) < len(keys):
            raise ValueError("two platforms have one issuer and one client_id")
        for course in self.courses:
            if course.platform not in names:
                raise ValueError(f"a course names the platform '{course.platform}', there is none")
        return self

    def named(self, name: str) -> Platform:
        """Return a platform by our word for it.

        Raises:
            Unsafe: when there is none.
        """
        for one in self.platforms:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in self.platforms) or "none"
        raise Unsafe(f"no platform is called '{name}'; rubrics/lti.yaml has: {known}")

    def who(self, issuer: str, client_id: str) -> Platform | None:
        """Return who asks for a login; without a client id only where the issuer has just one."""
        found = [
            one
            for one in self.platforms
            if one.issuer == issuer and (not client_id or one.client_id == client_id)
        ]
        return found[0] if len(found) == 1 else None

    @property
    def login(self) -> str:
        """Our address for the initiation of a login."""
        return self._under("login")

    @property
    def launch(self) -> str:
        """Our address for launches, the only redirect address."""
        return self._under("launch")

    @property
    def keys(self) -> str:
        """Our address for public keys."""
        return self._under("keys")

    def _under(self, name: str) -> str:
        return f"{self.tool.rstrip('/')}/lti/{name}"

    def ours(self, url: str) -> bool:
        """Whether an address is one of our own pages.

        >>> tool = Registrations(tool="https://g.example/app")
        >>> tool.ours("https://g.example/app/a/1"), tool.ours("https://g.example/apple")
        (True, False)
        >>> tool.ours("https://g.example.evil/app/"), tool.ours("https://g.example/app/../x")
        (False, False)
        """
        try:
            own, other = parts(self.tool), parts(url)
            same = origin(self.tool) == origin(url)
        except Unsafe:
            return False
        root = own.path.rstrip("/")
        steps = other.path.split("/")
        inside = other.path == root or other.path.startswith(f"{root}/")
        return same and inside and ".." not in steps and "%2e" not in other.path.lower()


def load(path: Path) -> Registrations:
    """Return the registrations in a file.

    Raises:
        RubricError: with every problem found, each as ``file:line:column: what, what to do``.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise RubricError(
            f"{path}:1:1: there is no such file; grader lti config tells what it holds"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"{path}:1:1: cannot be read as UTF-8 text ({error})") from error
    tree = _tree(path, text)
    try:
        return Registrations.model_validate({} if tree is None else _plain(tree))
    except ValidationError as error:
        lines = [f"{path}:{_at(tree, e['loc'])}: {_say(e)}" for e in error.errors()]
        raise RubricError("\n".join(lines)) from error


def _say(error: Any) -> str:
    place = ".".join(str(step) for step in error["loc"])
    place = f"{place}: " if place else ""
    if error["type"] != "extra_forbidden":
        return f"{place}{error['msg'].removeprefix('Value error, ')}"
    known = [n for model in (Platform, Course, Registrations) for n in model.model_fields]
    near = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
    hint = f"did you mean '{near[0]}'?" if near else "take it out"
    return f"{place}there is no such field; {hint}"
