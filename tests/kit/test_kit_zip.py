"""The kit that students get: it works with nothing else of the course, and holds no secret of it."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import pipeline
from grader.cli.kit import kit, selfcheck
from grader.kit.making import kit_data
from grader.kit.opening import NoKit, find_kit, open_kit
from grader.kit.reading import check_files
from grader.sandbox.process import Worker, reading

WORDS = (
    "zanzibarite",
    "quokkaform",
    "mistakenmessage",
    "hiddencaseword",
    "followword",
    "lastresort",
)
NUMBERS = (918273.25, 6473829)
RUBRIC = """\
assignment: planted
title: Planted
keys: {"3": 6473829}
parts:
  - id: "1"
    points: 2
    ask: A number.
    find: {phrases: [the number asked for], answers: [lastresort]}
    criteria:
      - id: value
        points: 2
        read: {kind: number}
        expect: planted.truth
        given: {a: 918270.25}
        compare: {kind: near, absolute: 0.0424242}
        mistakes:
          - {id: slip, from: planted.slip, credit: 0.5, says: mistakenmessage}
        follow:
          - {given: {a: 1}, says: followword}
  - id: "2"
    points: 1
    ask: Why.
    published: true
    readings: {text: {kind: sentences}}
    criteria:
      - id: why
        points: 1
        read: text
        compare: {kind: concepts, wanted: [[zanzibarite, quokkaform]]}
        review: always
  - id: "3"
    points: 0.375
    ask: A letter in mind.
    criteria:
      - {id: letter, points: 0.375, key: true, read: {kind: integer}, compare: {kind: exact}}
  - id: "4"
    points: 1
    ask: A function that doubles.
    find: {defines: [twice]}
    public:
      - {call: twice, args: [21], gives: 42}
      - {says: Think of negative numbers.}
    readings: {code: {kind: source}}
    runs:
      calls: {kind: call, function: twice, cases: planted.cases, given: {}}
    criteria:
      - id: code
        points: 1
        read: code
        compare: {kind: judged}
        review: always
        ran: {read: calls, expect: planted.doubled, given: {cases: {inputs: calls}}, compare: {kind: cases}}
"""
REFERENCE = '''\
"""Planted."""


def truth(a):
    """zanzibarite"""
    return a + 3


def slip(a):
    """Mistake."""
    return a - 1


def cases():
    """Hidden."""
    return [["hiddencaseword"], [6473829]]


def doubled(cases):
    """Right."""
    return [2 * case["args"][0] for case in cases]
'''


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    course = tmp_path_factory.mktemp("planted")
    (course / "rubrics").mkdir()
    (course / "reference").mkdir()
    (course / "rubrics" / "planted.yaml").write_text(RUBRIC, "utf-8")
    (course / "reference" / "planted.py").write_text(
        REFERENCE.replace('"""zanzibarite"""', '"""Right."""'), "utf-8"
    )
    return course


@pytest.fixture(scope="module")
def made(planted, tmp_path_factory):
    out = tmp_path_factory.mktemp("kit") / "planted.kit.zip"
    done = CliRunner().invoke(
        kit, ["planted", "--course", str(planted), "--to", str(out)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return out


def _members(data: bytes, name: str = "zip"):
    """Every file of a zip, those of wheels in it too, and the zip itself."""
    yield name, data
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        for entry in held.infolist():
            inner = held.read(entry)
            if inner[:2] == b"PK":
                yield from _members(inner, entry.filename)
            else:
                yield entry.filename, entry.filename.encode() + b"\n" + inner


def _written(number: float) -> list[str]:
    """A number as programs and people write it."""
    ways = {repr(number), str(number), f"{number:e}", f"{number:.3e}", f"{number:,}", f"{number:g}"}
    ways |= {float(number).hex(), f"{number:.1f}".replace(".", ",")}
    if float(number).is_integer():
        ways |= {hex(int(number)), bin(int(number)), oct(int(number))}
    return sorted(way for way in ways if len(way) > 4)


def secrets() -> list[str]:
    told = [*WORDS, "0.0424242", "918270.25", "0.375", "def truth", "def slip", "planted.slip"]
    for number in (*NUMBERS, 918269.25):
        told += _written(number)
    return told


def _leaks(data: bytes) -> list[str]:
    return [
        word
        for word in secrets()
        if re.search(rb"(?<![\w.])" + re.escape(word.encode()) + rb"(?![\w])", data)
    ]


def test_what_is_planted_is_found_where_it_stands(planted):
    # the search itself can find: rubric and reference are full of it
    both = b"".join(
        path.read_bytes() for path in planted.rglob("*") if path.suffix in (".yaml", ".py")
    )
    assert {*WORDS, "0.0424242", "918270.25", "0.375", "6473829"} <= set(_leaks(both))


def test_no_byte_of_the_kit_tells_a_secret(made):
    own = {"kit.json", "README.md", "zip"}
    for name, data in _members(made.read_bytes()):
        leaks = _leaks(data)
        if name not in own:  # the grader's own source: short forms of numbers may stand there
            leaks = [word for word in leaks if word in WORDS or ("." in word and len(word) > 6)]
        assert not leaks, (name, leaks)


def test_the_kit_holds_what_is_published_and_no_other_points(made):
    with zipfile.ZipFile(made) as held:
        data = json.loads(held.read("kit.json"))
    parts = {part["id"]: part for part in data["parts"]}
    assert [parts[name]["points"] for name in "1234"] == ["", "1", "", ""]
    assert parts["4"]["public"] == [
        {"call": "twice", "args": [21], "gives": 42},
        {"says": "Think of negative numbers."},
    ]


BOX = """
import gc, os, sys
from pathlib import Path

def task(data, files):
    seen = [repr(data), repr(sys.argv), repr(dict(os.environ)), repr(list(files))]
    for area in open("/proc/self/maps", encoding="utf-8"):
        span, rights, *_ = area.split()
        start, end = (int(one, 16) for one in span.split("-"))
        if "r" in rights and "[v" not in area and end - start < 200_000_000:
            try:
                with open("/proc/self/mem", "rb") as memory:
                    memory.seek(start)
                    held = memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue
            held = held.translate(bytes((b + 1) % 256 for b in range(256)))
            seen.append(str([w for w in data["look"] if w.encode() in held]))
    return {"found": [one for one in seen[4:] if one != "[]"], "areas": len(seen)}
"""


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="memory is read through /proc")
def test_the_memory_of_what_reads_a_hand_in_holds_no_secret(made, tmp_path, monkeypatch):
    (tmp_path / "kit_box_look.py").write_text(BOX, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    opened = open_kit(made)
    plan = json.dumps(opened.plan, ensure_ascii=False)
    # each sign is one further, there and in what is searched: the search itself holds no secret
    further = [
        "".join(chr(ord(sign) + 1) for sign in word)
        for word in (*WORDS, "0.0424242", "6473829", "918273.25")
    ]
    files = {"a.md": b"## 1\n\n5\n"}
    with Worker() as worker:
        asked = {"plan": plan, "lost": []}
        assert worker(reading("grader.collect._everything:task", asked, files)).ended == "done"
        run = worker(reading("kit_box_look:task", {"look": further}, files))
        control = worker(reading("kit_box_look:task", {"look": further, "w": WORDS[0]}, files))
    assert run.ended == "done", run.why
    assert run.value["areas"] > 10
    assert run.value["found"] == []
    assert control.value["found"]  # what is there is found


def test_without_the_course_a_file_is_checked(made, tmp_path):
    # a process of its own, in a folder that holds the unpacked kit and the grader of the wheel alone
    with zipfile.ZipFile(made) as held:
        held.extractall(tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    own = tmp_path / "package"
    with zipfile.ZipFile(wheel) as held:
        held.extractall(own)
    (tmp_path / "mine.md").write_text("## 1\n\nThe number is 12.\n\n## 3\n\nmaybe\n", "utf-8")
    program = (
        "from grader.cli.kit import selfcheck; import grader; print(grader.__file__); selfcheck()"
    )
    for words in (["planted", "mine.md"], ["--kit", str(made), "mine.md"], ["mine.md"]):
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(own)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert str(own) in done.stdout
        assert "value: read as “The number is 12.”" in done.stdout
        assert "how to write it: Write one whole number" in done.stdout
        assert "twice(21) gives 42" in done.stdout
        assert not [word for word in WORDS if word in done.stdout + done.stderr]


def test_the_same_course_gives_the_same_bytes_and_a_kit_reads_as_the_course_does(
    made, planted, tmp_path
):
    pair = [tmp_path / "one.kit.zip", tmp_path / "two.kit.zip"]
    for out in pair:
        words = ["planted", "--course", str(planted), "--to", str(out), "--no-package"]
        assert CliRunner().invoke(kit, words).exit_code == 0
    assert pair[0].read_bytes() == pair[1].read_bytes()
    file = tmp_path / "mine.md"
    file.write_text("## 1\n\nThe number is 12.\n\n## 2\n\nBecause.\n", "utf-8")
    ours = CliRunner().invoke(selfcheck, ["planted", str(file), "--course", str(planted)])
    theirs = CliRunner().invoke(selfcheck, [str(file), "--kit", str(made)])
    assert ours.output.replace("mine/", "") == theirs.output
    assert ours.exit_code == 0


def test_a_damaged_kit_is_named_with_what_to_do(tmp_path, made):
    bad = tmp_path / "bad.kit.zip"
    for data in (b"", b"PK\x03\x04", made.read_bytes()[:5000], b"{}"):
        bad.write_bytes(data)
        with pytest.raises(NoKit, match="download the kit again"):
            open_kit(bad)
    (tmp_path / "kit.json").write_text('{"format": 1, "parts": 3}', "utf-8")
    with pytest.raises(NoKit, match="download the kit again"):
        open_kit(tmp_path)
    with pytest.raises(NoKit, match="several kits"):
        find_kit(tmp_path)


def test_the_kit_of_the_sample_midterm_holds_no_grading_word_and_reads_an_empty_file():
    loaded = pipeline.load_assignment(Path(__file__).parents[2], "dl_midterm")
    text = json.dumps(kit_data(loaded), ensure_ascii=False)
    for part in loaded.rubric.parts:
        for criterion in part.criteria:
            for attempt in (*criterion.mistakes, *criterion.follow):
                assert not attempt.says or attempt.says not in text
            assert f'"{criterion.expect}"' not in text


def test_bytes_of_every_kind_are_read_without_a_crash(made):
    opened = open_kit(made)
    for name in ("a.ipynb", "a.md", "a.pdf", "a.docx"):
        report = check_files(opened, {name: b"\x00\xff{[" * 50})
        assert len(report.parts) == 4
        assert report.found <= 1
