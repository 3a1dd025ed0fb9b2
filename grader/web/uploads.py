"""Files from a form: streamed to temporary files without a name, within bounds, and closed after.

A browser that goes away in the middle leaves nothing: what it sent has no name on the disk.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from grader.desk.limits import Limits, NotTaken, TooMuch
from grader.desk.tray import Sent

_FRAME = 200_000
"""Bytes of a form beside its files: names, boundaries, fields."""
_FIELDS = 10
_BROKEN = "the connection ended before all of it was there; nothing was kept. Send it again"
_NO_FORM = "this is no form with files; choose the files on the page and send it again"


@dataclass(frozen=True, slots=True)
class Form:
    """What a form held."""

    fields: dict[str, str] = field(default_factory=dict)
    files: tuple[Sent, ...] = ()


class _Parser(MultiPartParser):
    """It knows whether the last boundary came: without it, the last file may be half a file."""

    whole = False

    def on_end(self) -> None:
        """Note the last boundary."""
        self.whole = True

    def close(self) -> None:
        """Close all files, those too that nobody was given."""
        for file in self._files_to_close_on_error:
            file.close()


@asynccontextmanager
async def form(request: Request, limits: Limits) -> AsyncGenerator[Form, None]:
    """Give the files of a form; they are gone afterwards.

    Raises:
        TooMuch: when it is longer than all that is taken together.
        NotTaken: when it is no such form, or ended before its end.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise NotTaken(_NO_FORM)
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > limits.all_bytes + _FRAME:
        raise _too_much(limits)
    parser = _Parser(
        request.headers,
        _bounded(request, limits),
        max_files=limits.files + 1,
        max_fields=_FIELDS,
        max_part_size=_FRAME,
    )
    try:
        data = await parser.parse()
    except ClientDisconnect as error:
        raise NotTaken(
            "the connection ended before all of it was there; nothing was kept"
        ) from error
    except MultiPartException as error:
        if "Too many files" in error.message:
            raise TooMuch(
                f"these are more than {limits.files} files; pack them into one .zip"
            ) from error
        raise NotTaken(_NO_FORM) from error
    except (UnicodeError, LookupError) as error:  # in the charset that it names, or there is none
        raise NotTaken(_NO_FORM) from error
    try:
        if not parser.whole:
            raise NotTaken(_BROKEN)
        items = data.multi_items()
        yield Form(
            fields={name: value for name, value in items if isinstance(value, str)},
            files=tuple(_files(items)),
        )
    finally:
        parser.close()


def _files(items: list[tuple[str, UploadFile | str]]) -> Iterator[Sent]:
    """The files; a field that was left empty comes as one without a name."""
    for name, value in items:
        if isinstance(value, UploadFile) and name == "files" and (value.filename or value.size):
            yield Sent(value.filename or "", value.file)


async def _bounded(request: Request, limits: Limits) -> AsyncGenerator[bytes, None]:
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > limits.all_bytes + _FRAME:
            raise _too_much(limits)
        yield block


def _too_much(limits: Limits) -> TooMuch:
    return TooMuch(f"it is larger than {limits.all_bytes // 1_000_000} MB in all; nothing was kept")
