"""Papers: each student's own numbers, in every form, and never an answer."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.variants.conftest import PAPER, Call, numbers, plant_secret


def _papers(area: Path, grader: Call, *words: object) -> Path:
    to = area.parent / "papers"
    status, _, err = grader("paper", "area", *words, "--to", to)
    assert status == 0, err
    return to


def test_each_student_gets_numbers_of_the_own_and_the_same_again(area: Path, grader: Call) -> None:
    plant_secret(area)
    to = _papers(area, grader, "ada", "bob")
    first = {path.name: path.read_text("utf-8") for path in to.iterdir()}
    assert set(first) == {"ada.md", "bob.md"}
    for student in ("ada", "bob"):
        own = numbers(area, student)
        assert f"a rectangle of {own['a']} by {own['b']}?" in first[f"{student}.md"]
        assert f"For {student}, variant " in first[f"{student}.md"]
    assert numbers(area, "ada") != numbers(area, "bob")
    again = _papers(area, grader, "bob", "ada", "cleo")
    assert {name: (again / name).read_text("utf-8") for name in first} == first


def test_papers_that_are_dealt_out_at_once_are_all_remembered(area: Path) -> None:
    code = (
        "import sys; from grader.cli import grader as g, main; from grader.cli.paper import paper;"
        "g.add_command(paper); main(sys.argv[1:])"
    )
    students = [[f"s{group}-{one}" for one in range(20)] for group in range(4)]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, "paper", "area", *some, "--to", "out"],
            cwd=area,
            stderr=subprocess.PIPE,
        )
        for some in students
    ]
    ended = [one.communicate(timeout=300) and one.returncode for one in started]
    assert ended == [0, 0, 0, 0]
    kept = json.loads((area / ".grader/variants/area.json").read_text("utf-8"))
    assert set(kept) == {one for some in students for one in some}
    for some in students:  # and all from one secret
        own = numbers(area, some[0])
        text = (area / f"out/{some[0]}.md").read_text("utf-8")
        assert f"a rectangle of {own['a']} by {own['b']}?" in text


def test_another_course_gives_the_same_student_other_numbers(area: Path, grader: Call) -> None:
    students = [f"s{number}" for number in range(12)]
    _papers(area, grader, *students)
    before = [numbers(area, student) for student in students]
    (area / ".grader/variants/secret").unlink()
    (area / ".grader/variants/area.json").unlink()
    _papers(area, grader, *students)
    assert [numbers(area, student) for student in students] != before


def test_what_is_kept_of_papers_holds_neither_numbers_nor_answers(area: Path, grader: Call) -> None:
    _papers(area, grader, "ada")
    kept = json.loads((area / ".grader/variants/area.json").read_text("utf-8"))
    assert list(kept) == ["ada"]
    assert set(kept["ada"]) == {"id", "tries"}
    names = {path.name for path in (area / ".grader/variants").iterdir()}
    assert names == {"secret", "area.json", "area.lock"}
    assert (area / ".grader/variants/area.lock").read_bytes() == b""


def test_a_notebook_has_a_cell_to_answer_each_part_in(area: Path, grader: Call) -> None:
    nbformat = pytest.importorskip("nbformat", reason="checks the form of notebooks")
    to = _papers(area, grader, "ada", "--as", "ipynb")
    text = (to / "ada.ipynb").read_text("utf-8")
    nbformat.validate(nbformat.reads(text, as_version=4))
    cells = json.loads(text)["cells"]
    named = [cell["metadata"]["name"] for cell in cells if "name" in cell["metadata"]]
    assert named == ["answer-to-1", "answer-to-2"]
    questions = "".join("".join(cell["source"]) for cell in cells)
    assert f"{numbers(area, 'ada')['a']} by" in questions


def test_a_pdf_shows_the_numbers(area: Path, grader: Call) -> None:
    pytest.importorskip("weasyprint", reason="papers as PDF need the extra 'pdf'")
    pdfium = pytest.importorskip("pypdfium2", reason="reads the PDF again")
    to = _papers(area, grader, "ada", "--as", "pdf", "--as", "md")
    assert {path.name for path in to.iterdir()} == {"ada.pdf", "ada.md"}
    document = pdfium.PdfDocument(to / "ada.pdf")
    try:
        page = document[0]
        words = page.get_textpage()
        text = words.get_text_range()
        words.close()
        page.close()
    finally:
        document.close()
    own = numbers(area, "ada")
    assert f"a rectangle of {own['a']} by {own['b']}?" in " ".join(text.split())


def test_without_weasyprint_it_says_plainly_what_to_install(area: Path) -> None:
    code = (
        "import sys; sys.modules['weasyprint'] = None;"
        "from grader.cli import grader as g, main; from grader.cli.paper import paper;"
        "g.add_command(paper); main(sys.argv[1:])"
    )
    words = ["paper", "area", "ada", "--to", "out", "--as", "pdf"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=area,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "WeasyPrint" in done.stderr
    assert not (area / "out").exists()


@pytest.mark.parametrize(
    "leak",
    ["{{ a * b }}", "about {{ a*b }}.", "{{ '%.2f' | format(a * b / 2 + x) }}", "{{ a*b }} m²"],
)
def test_a_paper_that_shows_an_answer_is_refused(area: Path, grader: Call, leak: str) -> None:
    (area / "papers/area.md").write_text(PAPER + leak + "\n", "utf-8")
    status, _, err = grader("paper", "area", "ada", "--to", area / "out")
    assert status == 3
    assert "shows the expected value of part" in err
    assert not (area / "out").exists()
    assert not (area / ".grader/variants/secret").exists()


def test_numbers_that_stand_there_by_chance_are_no_answers(area: Path, grader: Call) -> None:
    listed = " ".join(str(number) for number in range(3, 60))
    (area / "papers/area.md").write_text(f"{PAPER}\nTable: {listed}; {{{{ a + b }}}}\n", "utf-8")
    assert listed in (_papers(area, grader, "ada") / "ada.md").read_text("utf-8")


@pytest.mark.parametrize(
    "wrong",
    ["{{ c }}", "{{ a.b }}", "{% if %}", "{{ part('9') }}", "{{ a / 0 }}", "{% include 'x' %}"],
)
def test_a_template_that_cannot_be_written_is_told(area: Path, grader: Call, wrong: str) -> None:
    (area / "papers/area.md").write_text(PAPER + wrong + "\n", "utf-8")
    status, _, err = grader("paper", "area", "ada", "--to", area / "out")
    assert status == 3
    assert "papers/area.md:1:1: the paper cannot be written" in err
    assert "Traceback" not in err


def test_a_paper_reaches_nothing_but_its_numbers(area: Path, grader: Call) -> None:
    attack = "{{ title.__class__.__base__.__subclasses__() }}"
    (area / "papers/area.md").write_text(PAPER + attack, "utf-8")
    status, out, _ = grader("paper", "area", "ada", "--to", area / "out")
    assert status == 3
    assert "class" not in out


def test_a_name_on_paper_is_text(area: Path, grader: Call) -> None:
    roster = area / "roster.csv"
    roster.write_text('id,name\nada,"<b>A</b> ![x](http://e.org/x) {{ a }}"\n', "utf-8")
    grader("roster", roster)
    to = _papers(area, grader, "--all")
    text = (to / "ada.md").read_text("utf-8")
    assert "![x](" not in text
    assert "<b>" not in text
    assert "{{ a }}" in text.replace("\\", "")


def test_without_a_paper_of_its_own_it_is_what_the_parts_ask(area: Path, grader: Call) -> None:
    path = area / "rubrics/area.yaml"
    path.write_text(path.read_text("utf-8").replace("paper: papers/area.md\n", ""), "utf-8")
    to = _papers(area, grader, "ada")
    own, text = numbers(area, "ada"), (to / "ada.md").read_text("utf-8")
    assert "## Question 1" in text
    assert f"The area of a rectangle of {own['a']} by {own['b']}." in text


def test_who_is_on_the_roster_under_another_name_has_one_paper(area: Path, grader: Call) -> None:
    roster = area / "roster.csv"
    roster.write_text("id,name,email\n4711,Ada,ada@example.edu\n", "utf-8")
    grader("roster", roster)
    to = _papers(area, grader, "ada@example.edu")
    assert [path.name for path in to.iterdir()] == ["4711.md"]
    status, _, err = grader("paper", "area", "eve", "--to", to)
    assert status == 0
    assert "eve: not on the roster; the numbers are those of this id" in err


def test_usage_is_told(area: Path, grader: Call) -> None:
    assert grader("paper", "area", "--to", area / "out")[0] == 2
    status, _, err = grader("paper", "area", "--all", "--to", area / "out")
    assert (status, "needs a roster" in err) == (2, True)
    to = _papers(area, grader, "--sample")
    assert [path.name for path in to.iterdir()] == ["sample.md"]
    assert not (area / ".grader/variants/secret").exists()


def test_a_lost_secret_is_not_made_anew_beside_papers_that_rest_on_it(
    area: Path, grader: Call
) -> None:
    _papers(area, grader, "ada")
    (area / ".grader/variants/secret").unlink()
    status, _, err = grader("paper", "area", "bob", "--to", area / "out")
    assert status != 0
    assert "papers of 'area' rest on it" in err
    assert not (area / ".grader/variants/secret").exists()
    assert not (area / "out").exists()


def test_an_answer_that_is_sometimes_a_number_of_the_paper_is_still_an_answer(
    area: Path, grader: Call
) -> None:
    path = area / "rubrics/area.yaml"
    text = path.read_text("utf-8").replace("a: {from: 2, to: 40}", "a: {choose: [1, 2]}", 1)
    path.write_text(text, "utf-8")  # half of the areas are one of the sides
    (area / "papers/area.md").write_text(f"{PAPER}\nHint: {{{{ a * b }}}}\n", "utf-8")
    status, _, err = grader("paper", "area", "ada", "--to", area / "out")
    assert (status, "part 1, value" in err) == (3, True)


def test_a_kit_is_for_one_student_and_holds_the_numbers_of_the_paper(
    area: Path, grader: Call
) -> None:
    plant_secret(area)
    out = area / "k.zip"
    status, _, err = grader("kit", "area", "--no-package", "--to", out)
    assert (status, "say --for STUDENT" in err, out.exists()) == (2, True, False)
    status, _, err = grader("kit", "area", "--for", "ada", "--no-package", "--to", out)
    assert (status, "no paper was dealt out to 'ada'" in err, out.exists()) == (2, True, False)
    _papers(area, grader, "ada")
    assert grader("kit", "area", "--for", "ada", "--no-package", "--to", out)[0] == 0
    own = numbers(area, "ada")
    with zipfile.ZipFile(out) as held:
        text = held.read("paper.md").decode()
        plan = held.read("kit.json").decode()
    assert f"a rectangle of {own['a']} by {own['b']}?" in text
    assert f"area of a rectangle of {own['a']} by {own['b']}" in plan
    assert str(own["a"] * own["b"]) not in text + plan


def test_a_kits_readme_names_the_zip_that_this_student_was_dealt(area: Path, grader: Call) -> None:
    plant_secret(area)
    _papers(area, grader, "ada")
    assert grader("kit", "area", "--for", "ada", "--no-package")[0] == 0
    with zipfile.ZipFile(area / ".grader/kits/area.ada.kit.zip") as held:
        readme = held.read("README.md").decode()
    assert "--kit area.ada.kit.zip my_notebook" in readme
    assert "selfcheck area my_notebook" in readme


def test_a_self_check_reads_by_the_numbers_of_the_one_who_asks(area: Path, grader: Call) -> None:
    plant_secret(area)
    _papers(area, grader, "ada")
    sheet = area / "mine.json"
    sheet.write_text(json.dumps({"answers": {"1": "The area is 7777."}}), "utf-8")
    status, out, err = grader("selfcheck", "area", sheet)
    assert (status, "say --for STUDENT" in err, out) == (2, True, "")
    status, out, err = grader("selfcheck", "area", sheet, "--for", "ada")
    assert status == 0, err
    assert "The area is 7777." in out
    assert grader("selfcheck", "area", sheet, "--for", "bob")[0] == 2
