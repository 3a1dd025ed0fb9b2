"""Downloads as each LMS makes them, after the exporters' own code; what each holds is known."""

import io
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def zipped(path: Path, files: Mapping[str, bytes | str], date=(2026, 11, 20, 10, 0, 0)) -> Path:
    """A zip of files by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, date), data, zipfile.ZIP_DEFLATED)
    return path


def folder(path: Path, files: Mapping[str, bytes | str]) -> Path:
    """The same, unpacked."""
    for name, data in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def canvas_name(
    sortable: str, user: int, late: bool = False, anonymous: str = "", user_id: int | None = None
) -> str:
    """instructure/canvas-lms, lib/content_zipper.rb: get_filename, sanitize_user_name.

    Ruby's [[:word:]] is letters, marks, decimal digits and connectors such as "_".
    """
    name = None if anonymous else re.sub(r"_(\d+)_", r"\1", sortable).lower()
    parts = [name, "LATE" if late else None, f"anon_{anonymous}" if anonymous else str(user)]
    joined = "_".join(part for part in parts if part is not None)
    kept = ("L", "M", "Nd", "Pc")
    return "".join(c for c in joined if unicodedata.category(c).startswith(kept))


def canvas_attachment(display: str) -> str:
    """content_zipper.rb: sanitize_attachment_filename."""
    return re.sub(r'[\x00/\\:*?"<>|]+', "_", display)


def canvas_upload(name: str, attachment: int, display: str) -> str:
    """content_zipper.rb: add_upload_submission."""
    return f"{name}_{attachment}_{canvas_attachment(display)}"


def moodle_clean(name: str) -> str:
    """moodle, lib/moodlelib.php: clean_param with PARAM_FILE, which clean_filename asks."""
    kept = re.sub(r"[\x00-\x1f\x7f&<>\"`|':\\/]", "", name)
    kept = re.sub(r"\.\.+", "", kept)
    return "" if kept == "." else kept


def moodle_prefix(full_name: str, unique: int | None) -> str:
    """moodle, public/mod/assign/classes/downloader.php: get_student_prefix."""
    shown = full_name.replace("_", " ")
    return moodle_clean(shown if unique is None else f"{shown}_{unique}")


def moodle_folder(prefix: str, path: str, plugin: str = "file", old: bool = False) -> str:
    """downloader.php: load_submissionplugin_filelist with folders; before 4.1 one more "_"."""
    return f"{moodle_clean(f'{prefix}_assignsubmission_{plugin}')}{'_' if old else ''}/{path}"


def moodle_flat(prefix: str, name: str, plugin: str = "file") -> str:
    """downloader.php: load_submissionplugin_filelist without folders."""
    return moodle_clean(f"{prefix}_assignsubmission_{plugin}_{name}")


def blackboard_receipt(name: str, user: str, typed: str = "", files: Iterable[str] = ()) -> str:
    """As many scripts that read receipts show them."""
    listed = "".join(f"\tOriginal filename: {one}\n\tFilename: {one}\n\n" for one in files)
    return (
        f"Name: {name} ({user})\nAssignment: HW 1\n"
        "Date Submitted: Tuesday, September 24, 2024 9:26:33 PM EDT\n"
        "Current Grade: Needs Grading\n\nSubmission Field:\n"
        f"{typed or 'There is no student submission text data for this assignment.'}\n\n"
        "Comments:\nThere are no student comments for this assignment.\n\n"
        f"Files:\n{listed or 'No files were attached to this submission.'}\n"
    )


def sakai_person(
    last: str, first: str, eid: str, files: Mapping[str, str], time: str = "", typed: str = ""
) -> dict[str, str]:
    """sakai, AssignmentServiceImpl.java: zipSubmissions, what it writes for one student."""
    head = f"HW 1/{last}, {first}({eid})"
    made = {f"{head}/Submission attachment(s)/{name}": data for name, data in files.items()}
    made[f"{head}/{last}, {first}({eid})_submissionText.html"] = typed
    made[f"{head}/feedbackText.html"] = typed
    made[f"{head}/comments.txt"] = ""
    if time:
        made[f"{head}/timestamp.txt"] = time
    return made


def otter_zip(notebook: str, data: str) -> bytes:
    """otter-grader, otter/check/notebook.py: export."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(notebook, data)
        archive.writestr(".OTTER_LOG", b"\x80")
        archive.writestr("__zip_filename__", "hw_2026_11_20T10_00_00_000001.zip")
    return made.getvalue()


def linked(name: str, target: str) -> tuple[zipfile.ZipInfo, str]:
    """An entry of a zip that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, target
