"""Inside a notebook: ``%load_ext grader``, ``grader.check("2.1")`` and ``%grader 2.1``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import grader
from grader.kit.live import source
from grader.kit.opening import Kit, NoKit, find_kit, open_kit
from grader.kit.reading import check_files
from grader.kit.showing import ONCE, Checked
from grader.kit.trying import tried
from grader.report.selfcheck import CheckReport

_told: set[str] = set()
"""What was said once already in this process."""


def check(
    part: str | None = None,
    *,
    file: str | Path | None = None,
    kit: str | Path | None = None,
) -> Checked:
    """Check one part of the notebook that this is called in, or all of them.

    Args:
        part: the part's number, such as ``"2.1"``; all parts without it.
        file: the notebook's file, where it is not found by itself.
        kit: the kit, where it is not beside the notebook or above it.

    Returns:
        what was found and how it was read, shown as the result of the cell. What cannot be done
        is said there too: nothing is raised into the notebook.
    """
    names, history = _notebook()
    folder = Path.cwd()
    try:
        opened = open_kit(Path(kit) if kit is not None else find_kit(folder))
        chosen = _chosen(opened, part)
        read = source(names, history, folder, None if file is None else Path(file))
    except NoKit as error:
        return _nothing(str(error))
    except OSError as error:
        return _nothing(f"{file}: cannot be read: {error.strerror or error}")
    report = check_files(opened, read.files)
    keep = {one.id for one in chosen.parts}
    report = replace(report, parts=tuple(one for one in report.parts if one.id in keep))
    ran = {one.id: [tried(check, names) for check in one.public] for one in chosen.parts}
    says = [read.says]
    if any(one.state != "note" for own in ran.values() for one in own) and ONCE not in _told:
        _told.add(ONCE)
        says.append(ONCE)
    return Checked(report, {key: own for key, own in ran.items() if own}, tuple(says))


def _chosen(kit: Kit, part: str | None) -> Kit:
    """The kit with the parts asked for: of one, or of all below a number."""
    if part is None or not str(part).strip():
        return kit
    name = str(part).strip()
    own = tuple(one for one in kit.parts if one.id == name)
    own = own or tuple(one for one in kit.parts if one.id.startswith(f"{name}."))
    if not own:
        known = ", ".join(one.id for one in kit.parts)
        raise NoKit(f"there is no part '{name}'; there are: {known}")
    return replace(kit, parts=own)


def _nothing(why: str) -> Checked:
    return Checked(CheckReport(parts=()), {}, (why,))


def _notebook() -> tuple[Mapping[str, Any], Sequence[Any]]:
    """The namespace and the history of the notebook that runs; empty outside of one."""
    interactive = sys.modules.get("IPython")  # where it is not loaded, nothing runs in it
    shell = interactive.get_ipython() if interactive is not None else None
    if shell is None:
        return {}, ()
    names = dict(shell.user_ns)
    history = names.get("In", ())
    return names, list(history) if isinstance(history, list) else ()


def load_ipython_extension(ipython: Any) -> None:
    """Put ``grader`` and the line magic ``%grader 2.1`` into a notebook."""

    def line(text: str) -> Checked:
        return check(text.strip().strip("\"'") or None)

    ipython.register_magic_function(line, "line", "grader")
    ipython.push({"grader": grader}, interactive=False)


def unload_ipython_extension(ipython: Any) -> None:
    """Take the line magic away again."""
    ipython.magics_manager.magics["line"].pop("grader", None)
