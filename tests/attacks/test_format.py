"""The attacks are well formed, enough of them, and cover every class and every layer."""

import json
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from tests.attacks import artefacts, attacks, inert, outside
from tests.attacks.attacks import Attack

ALL = attacks.load_all()
NOT_SWITCHED = {  # how the product is built, not a layer that can be off
    "comparison-outside",
    "codec",
    "protocol",
    "parsing",
    "fresh",
    "report",
    "device",
}
SAMPLE = dict.fromkeys(attacks.WORDS, 4242) | {
    word: f"/w/{word.lower()}" for word in attacks.WORDS if "DIR" in word or "NS_" in word
}


def named(attack: Attack) -> str:
    return attack.id


def test_there_are_enough() -> None:
    assert len(ALL) >= 150


def test_every_id_is_there_once() -> None:
    assert [id_ for id_, n in Counter(attack.id for attack in ALL).items() if n > 1] == []


@pytest.mark.parametrize("attack", ALL, ids=named)
def test_it_says_only_what_there_is(attack: Attack) -> None:
    assert attack.kind in attacks.CLASSES
    assert attack.title
    assert attack.trick_of in attacks.TRICKS
    assert attack.layer
    told = {*attack.layer, *attack.without_also, *filter(None, [attack.sensitive_to])}
    assert told <= set(attacks.LAYERS)
    assert set(attack.oracle.ended) <= set(attacks.ENDINGS)
    assert set(attack.oracle.inert_in) <= set(attacks.FORMATS)
    assert {probe.split(":")[0] for probe in attack.oracle.outside} <= set(outside.PROBES)
    assert bool(attack.oracle.inert_in) == bool(attack.oracle.marker)
    assert not (attack.oracle.right and attack.oracle.wrong)
    assert attack.again or not attack.oracle.differs
    assert attack.hand_in


@pytest.mark.parametrize("attack", ALL, ids=named)
def test_it_compiles_before_and_after_its_words_are_filled_in(attack: Attack) -> None:
    filled = attack.filled(SAMPLE)
    assert not filled.words()
    assert attacks.problem(attack) == attacks.problem(filled) == ""


@pytest.mark.parametrize("attack", [a for a in ALL if a.syntax], ids=named)
def test_bad_syntax_is_bad(attack: Attack) -> None:
    with pytest.raises(SyntaxError):
        compile(attack.code, attack.id, "exec")


@pytest.mark.parametrize("attack", ALL, ids=named)
def test_success_is_told_under_its_own_name_only(attack: Attack) -> None:
    assert attack.oracle.no_print == f"PWNED {attack.id}"
    said = [line for line in attack.code.splitlines() if "PWNED" in line]
    assert all(attack.oracle.no_print in line or '"PWNED" not in' in line for line in said)
    if attack.sensitive_to and not (attack.oracle.ended or attack.oracle.differs):
        assert said, "a missing layer has to be seen"


@pytest.mark.parametrize("attack", [a for a in ALL if a.code and not a.syntax], ids=named)
def test_a_function_is_there_to_be_called(attack: Attack) -> None:
    text = "\n".join(attack.cells)
    assert "add" in text
    assert attack.hand_in["add.ipynb" if attack.notebook else "add.py"]


def test_every_class_every_grader_and_every_layer_is_there() -> None:
    assert {attack.kind for attack in ALL} == set(attacks.CLASSES)
    assert {attack.trick_of for attack in ALL} == set(attacks.TRICKS)
    assert {layer for attack in ALL for layer in attack.layer} == set(attacks.LAYERS)
    assert {probe for a in ALL for probe in (p.split(":")[0] for p in a.oracle.outside)} == set(
        outside.PROBES
    )
    assert {kind for attack in ALL for kind in attack.oracle.inert_in} == set(attacks.FORMATS)


def test_every_layer_that_can_be_off_has_an_attack_that_needs_it() -> None:
    assert {attack.sensitive_to for attack in ALL} - {""} == set(attacks.LAYERS) - NOT_SWITCHED


@pytest.mark.parametrize("layer", ["landlock", "mount", "ipc", "uts", "cgroup", "pid", "net"])
def test_these_layers_have_an_attack_that_needs_no_other_one_off(layer: str) -> None:
    assert [a.id for a in ALL if a.sensitive_to == layer and not a.without_also]


@pytest.mark.parametrize("name", artefacts.BUILDERS)
def test_a_hostile_file_is_small_and_used(name: str) -> None:
    data = artefacts.BUILDERS[name]()
    assert 0 < len(data) < 32 << 20
    assert any(data in attack.files.values() for attack in ALL)


def test_a_zip_that_overlaps_says_more_than_it_holds() -> None:
    data = artefacts.overlapping_zip()
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert sum(info.file_size for info in archive.infolist()) > 1000 * len(data)


def test_an_archive_stays_an_archive_when_words_are_filled_in() -> None:
    attack = next(a for a in ALL if a.id == "climbing-zip")
    assert attack.filled(SAMPLE).files == attack.files


def test_a_given_list_is_read(tmp_path: Path) -> None:
    entries = [
        {
            "id": "X1",
            "class": "report_injection",
            "title": "one",
            "payload_python": "print(1)\n",
            "expected": "inert",
        },
        {
            "id": "X2",
            "class": "integrity",
            "title": "two",
            "payload_python": "def add(a, b): return a + b\n",
            "expected": "Full marks are due",
            "needs": "gpu",
        },
    ]
    path = tmp_path / "given.json"
    path.write_text(json.dumps(entries))
    first, second = attacks.given(path)
    assert (first.kind, first.oracle.wrong, first.oracle.no_print) == ("report", True, "PWNED")
    assert first.program.startswith("def add")
    assert (second.oracle.right, second.oracle.wrong, second.needs) == (True, False, "gpu")
    assert second.program == "def add(a, b): return a + b\n"


# Whether text is active

HOSTILE = {
    "html": ("<p><script>x()</script></p>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>", "<script>"),
    "csv": ('a,"=1+1"\n', "a,'=1+1\n", "=1+1"),
    "json": ('{"a": "0", "b": 1}', '{"a": "0\\", \\"b\\": 1"}', '", "b'),
    "terminal": ("\x1b[31m", "\\x1b[31m", "\x1b["),
    "markdown": ("[a](javascript:x)", "`[a](javascript:x)`", 'href="javascript:x'),
    "xml": ("<a><b/></a>", "<a><![CDATA[<b/>]]></a>", "<b/>"),
}


@pytest.mark.parametrize("kind", attacks.FORMATS)
def test_active_text_is_told_from_inert_text(kind: str) -> None:
    taken, harmless, marker = HOSTILE[kind]
    assert inert.active(kind, taken, marker)
    assert not inert.active(kind, harmless, marker)


def test_a_broken_document_counts_as_active() -> None:
    assert inert.active("xml", "<a>]]></b>", "anything")
