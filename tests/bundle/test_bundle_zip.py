"""The zip of ``grader bundle gradescope``: what Gradescope wants of it, and what is not in it."""

import base64
import email
import hashlib
import io
import json
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from click.testing import CliRunner

from grader.bundle.settings import Settings
from grader.cli.bundle import bundle
from tests.bundle.bundle_course import SECRETS, made_course, made_zip

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return made_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def keyed(course, tmp_path_factory):
    out = tmp_path_factory.mktemp("zip") / "sums.zip"
    return made_zip(course, out, "--keys", str(course / "keys.yaml"))


def _all_bytes(path):
    """Every byte of a zip, those of zips in it too, and their names."""
    pieces = []
    with zipfile.ZipFile(path) as held:
        for entry in held.infolist():
            data = held.read(entry)
            pieces += [entry.filename.encode(), data]
            if entry.filename.endswith(".whl"):
                pieces.append(_all_bytes(io.BytesIO(data)))
    return b"\n".join(pieces)


def test_the_root_of_the_zip_holds_both_scripts_as_gradescope_wants_them(keyed):
    # docs/specs.md: in the root, not in a folder; a shebang; an executable
    with zipfile.ZipFile(keyed[0]) as held:
        assert held.testzip() is None
        for name in ("setup.sh", "run_autograder"):
            entry = held.getinfo(name)
            mode = entry.external_attr >> 16
            assert mode & 0o111 == 0o111, oct(mode)
            assert stat.S_ISREG(mode)
            text = held.read(entry)
            assert text.startswith(b"#!/usr/bin/env bash\n")
            assert b"\r" not in text
            assert b"@" not in text.replace(b'"$@"', b"").replace(b" @ file", b"")


def test_no_name_leads_out_of_the_folder_that_it_is_unpacked_in(keyed):
    with zipfile.ZipFile(keyed[0]) as held:
        names = held.namelist()
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert "\\" not in name


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_bash_can_read_the_scripts(keyed, script):
    with zipfile.ZipFile(keyed[0]) as held:
        text = held.read(script)
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_same_assignment_gives_the_same_bytes(course, keyed, tmp_path):
    again, _ = made_zip(course, tmp_path / "again.zip", "--keys", str(course / "keys.yaml"))
    assert again.read_bytes() == keyed[0].read_bytes()


def test_a_bundle_without_a_key_holds_no_secret_of_the_course(course, tmp_path):
    # the planted ones stand in the rubric, a mistake, the reference, the solution and the keys
    words = ("--without-key", "--keys", str(course / "keys.yaml"))
    made, said = made_zip(course, tmp_path / "bare.zip", *words)
    held = _all_bytes(made)
    assert b"A function that doubles a number." in held  # what is asked is no secret
    for secret in SECRETS:
        assert secret.encode() not in held, secret
    assert "no key" in said


def test_a_bundle_with_a_key_holds_it_and_nothing_else_of_the_course(keyed):
    held = _all_bytes(keyed[0])
    for secret in SECRETS:
        assert secret.encode() in held, secret  # else the test before shows nothing
    for other in (b"SECRET-next", b"SECRET-hand-in", b"SECRET-roster"):
        assert other not in held


def test_it_says_what_is_not_isolated_there_when_it_is_made_and_inside(keyed):
    made, said = keyed
    with zipfile.ZipFile(made) as held:
        readme = held.read("README.md").decode()
    for text in (said, readme):
        flat = " ".join(text.split())
        assert "It holds the key" in flat
        assert "Not isolated there" in flat
        assert "L3 or better" in flat
        assert "parts 1 stay open" in flat


def test_the_wheel_in_it_is_one_that_installers_take(keyed):
    # PyPA, "Binary distribution format": RECORD lists every file with its hash, but itself
    with zipfile.ZipFile(keyed[0]) as held:
        name = next(n for n in held.namelist() if n.endswith(".whl"))
        with zipfile.ZipFile(io.BytesIO(held.read(name))) as inner:
            files = {n: inner.read(n) for n in inner.namelist()}
    info = next(n.split("/")[0] for n in files if n.endswith(".dist-info/METADATA"))
    assert name == f"{info.removesuffix('.dist-info')}-py3-none-any.whl"
    listed = {}
    for line in files[f"{info}/RECORD"].decode().splitlines():
        path, digest, size = line.rsplit(",", 2)
        listed[path] = (digest, size)
    assert set(listed) == set(files)
    for path, data in files.items():
        if path.endswith("/RECORD"):
            assert listed[path] == ("", "")
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        assert listed[path] == (f"sha256={digest}", str(len(data)))
    told = email.message_from_bytes(files[f"{info}/METADATA"])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needs = told.get_all("Requires-Dist")
    for need in project["dependencies"]:
        assert need in needs
    assert told.get_all("Provides-Extra") == list(project["optional-dependencies"])
    assert 'ipython>=8.26,<10; extra == "run"' in needs
    assert not [n for n in files if "__pycache__" in n or n.endswith(".pyc")]


def test_the_wheel_can_be_imported_from_where_it_is_unpacked(keyed, tmp_path):
    with zipfile.ZipFile(keyed[0]) as held:
        name = next(n for n in held.namelist() if n.endswith(".whl"))
        held.extract(name, tmp_path)
    zipfile.ZipFile(tmp_path / name).extractall(tmp_path / "package")
    code = "import grader, grader.bundle.gradescope; print(grader.__file__)"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={"PYTHONPATH": str(tmp_path / "package"), "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().startswith(str(tmp_path))


def test_wheels_are_taken_along_and_a_folder_without_any_is_refused(course, tmp_path):
    folder = tmp_path / "wheels"
    folder.mkdir()
    told = CliRunner().invoke(
        bundle,
        [
            "gradescope",
            "sums",
            "--course",
            str(course),
            "--wheels",
            str(folder),
            "--out",
            str(tmp_path / "x.zip"),
        ],
    )
    assert told.exit_code == 3
    assert "holds no wheel" in told.stderr
    assert not (tmp_path / "x.zip").exists()
    (folder / "numpy-2.0.0-py3-none-any.whl").write_bytes(b"PK")
    (folder / "notes.txt").write_text("no wheel")
    made, _ = made_zip(course, tmp_path / "y.zip", "--wheels", str(folder))
    with zipfile.ZipFile(made) as held:
        wheels = [n for n in held.namelist() if n.startswith("wheels/")]
    assert wheels == ["wheels/numpy-2.0.0-py3-none-any.whl"]


def test_a_reference_that_needs_what_is_not_in_the_bundle_is_found_when_it_is_made(tmp_path):
    from grader.reference import ReferenceProblem

    course = made_course(tmp_path / "course")
    (course / "data.txt").write_text("5")
    source = course / "reference" / "sums.py"
    reads = "from pathlib import Path\n\nPath(__file__).parent.parent.joinpath('data.txt').read_text()\n"
    source.write_text(source.read_text() + reads)
    words = ["gradescope", "sums", "--course", str(course), "--out", str(tmp_path / "x.zip")]
    with pytest.raises(ReferenceProblem, match=r"data\.txt"):
        CliRunner().invoke(bundle, words, catch_exceptions=False)
    assert not (tmp_path / "x.zip").exists()


def test_times_and_memory_given_are_those_of_the_bundle(course, tmp_path):
    made, _ = made_zip(
        course, tmp_path / "x.zip", "--timeout", "20", "--memory", "3072", "--cpus", "2"
    )
    with zipfile.ZipFile(made) as held:
        told = Settings.from_json(held.read("bundle.json").decode())
        assert json.loads(held.read("first.json"))["stdout_visibility"] == "hidden"
    assert (told.seconds, told.memory_mb, told.cpus) == (1200, 3072, 2)
    assert told.ends < 1200
    assert told.box_mb < 3072


def _stubs(folder, **programs):
    """Programs of a machine that has these and the few that every system has."""
    folder.mkdir()
    for name in ("bash", "chmod", "cp", "env", "id", "mkdir"):
        (folder / name).symlink_to(shutil.which(name))
    for name, text in programs.items():
        path = folder / name.replace("_", "-")
        path.write_text(f"#!{shutil.which('bash')}\n{text}\n")
        path.chmod(0o755)
    return folder


def test_a_setup_that_finds_no_python_tries_to_install_one_and_says_what_to_do(keyed, tmp_path):
    source = tmp_path / "autograder" / "source"
    zipfile.ZipFile(keyed[0]).extractall(source)
    log = tmp_path / "log"
    stubs = _stubs(
        tmp_path / "bin",
        python3="exit 1",  # one that is too old
        apt_get=f'echo "$*" >>{log}; [ "$1" = update ] || [[ "$*" = *software* ]]',
        add_apt_repository=f'echo "archive $*" >>{log}',
    )
    done = subprocess.run(
        ["bash", str(source / "setup.sh")],
        env={"PATH": str(stubs), "AUTOGRADER_ROOT": str(source.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "no Python of at least 3.11" in done.stderr
    assert "base image" in done.stderr
    asked = log.read_text().splitlines()
    assert [line.split()[-2] for line in asked if "python3" in line] == [
        "python3.12",
        "python3.12",
        "python3.11",
    ]
    assert any(line.startswith("archive") for line in asked)
    assert source.stat().st_mode & 0o077 == 0  # closed before anything else
