"""The secret of a course, from which with a student's key the seed comes.

It lies in the course's ``.grader/``, for its owner's eyes alone; on other machines it comes from
the environment. It is made once, when the first paper is, and never anew while marks rest on it.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from grader.variants.deal import VariantProblem

VARIABLE = "GRADER_VARIANTS_SECRET"
_FORM = re.compile(r"[0-9a-f]{64}")


def place(course: Path) -> Path:
    """Return where the secret of a course lies."""
    return course / ".grader" / "variants" / "secret"


def secret(course: Path, *, make: bool = False) -> bytes:
    """Return the secret of a course; ``make`` it where there is none.

    Raises:
        VariantProblem: when there is none, or it is damaged, or others may read it.
    """
    given = os.environ.get(VARIABLE)
    if given is not None:
        if not _FORM.fullmatch(given.strip()):
            raise VariantProblem(
                f"{VARIABLE} is no secret of variants: 64 hexadecimal digits, as in {place(course)}"
            )
        return bytes.fromhex(given.strip())
    path = place(course)
    if make and not path.exists():
        _refuse_another(path)
        _make(path)
    try:
        text = path.read_text("ascii").strip()
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise VariantProblem(
            f"{path}: there is no secret for the numbers of students. `grader paper` makes it "
            "with the first papers; if these were made elsewhere, bring that file here (mode "
            f"0600), or set {VARIABLE}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise VariantProblem(f"{path}: cannot be read ({error})") from error
    if mode & 0o077:
        raise VariantProblem(f"{path}: others may read it; `chmod 600 {path}`")
    if not _FORM.fullmatch(text):
        raise VariantProblem(
            f"{path}: this is no secret of variants; bring the file back as it was"
        )
    return bytes.fromhex(text)


def _refuse_another(path: Path) -> None:
    """Refuse a new secret beside papers that an older one dealt out."""
    if held := sorted(path.parent.glob("*.json")):
        raise VariantProblem(
            f"{path}: it is gone, and papers of '{held[0].stem}' rest on it: with a new one these "
            "students' numbers could not be told any more. Bring the file back; where all marks "
            f"are final, move {held[0]} away"
        )


def _make(path: Path) -> None:
    """Write a new secret whole, and never over another: two may want one at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
