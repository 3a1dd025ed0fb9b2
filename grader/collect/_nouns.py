"""The words that stand before a number in a label: ``Question 2``, ``Part 2``, ``Aufgabe 2``.

A noun of the first list names a problem of its own. One of the second names a piece of a problem,
and a problem itself only where an assignment has no pieces: there ``Part 2`` is its part 2.
"""

from __future__ import annotations

PROBLEM = (
    *("problem", "prob", "question", "ques", "quest", "exercise", "exer", "ex", "task", "q", "p"),
    *("aufgabe", "aufg", "frage", "übung", "uebung", "exercice", "ejercicio", "pregunta"),
    *("esercizio", "domanda", "exercício", "exercicio", "questão", "questao"),
    *("opgave", "vraag", "oppgave", "uppgift", "zadanie", "tehtävä"),
)
PIECE = (
    *("part", "sub-part", "subpart", "pt", "sub-question", "subquestion", "sub-task", "subtask"),
    *("teilaufgabe", "unteraufgabe", "teil", "partie", "parte", "deel", "deloppgave"),
)
ANSWER = ("answer", "ans", "sol", "response", "my", "lösung", "loesung", "antwort", "respuesta")
"""How a label begins that is a mark of an answer too: ``Answer 2``, ``Solution to part 2``."""
COUNT = ("no", "nr", "id", "item", "number")
"""Heads of columns that hold the ids of questions, besides those nouns."""
SHORT = ("q", "p", "ex")
"""Nouns that are one only right before a number."""
_GLUED = ("part", "problem", "question", "exercise", "task")
"""Nouns that a letter may follow at once: ``PartA``."""
ANSWERS = (
    r"(?:answers?|ans|solutions?|soln?|response|lösung(?:en)?|loesung|antwort(?:en)?|respuesta|"
    r"solución|réponse)\b[.:]?\s*(?:(?:to|for|of|zu|zur|von)\b\s*)?(?:(?:the|der)\b\s*)?"
)
"""Pattern of such a beginning, with what leads on to the noun."""


def pattern(*groups: tuple[str, ...]) -> str:
    """Return a regular expression of nouns, the longest first, to be used without case.

    >>> import re
    >>> [bool(re.fullmatch(pattern(PROBLEM), w, re.I)) for w in ("Aufgabe", "Part", "Q")]
    [True, False, False]
    >>> bool(re.match(pattern(PROBLEM), "Q 2", re.I))
    True
    """
    names = sorted({name for group in groups for name in group}, key=lambda name: -len(name))
    return "|".join(name + _after(name) for name in names)


def _after(name: str) -> str:
    if name in SHORT:
        return r"(?=[\s.]{0,2}\d)"
    return "" if name in _GLUED else r"(?![^\W\d_])"


def names_piece(word: str) -> bool:
    """Whether the words of a label end with the noun of a piece: ``answer to part``."""
    return word.rsplit(" ", 1)[-1] in PIECE


def names_problem(word: str) -> bool:
    """Whether the words of a label end with the noun of a problem."""
    return word.rsplit(" ", 1)[-1] in PROBLEM


def names_data(head: str) -> bool:
    """Whether the head of a table's first column names something else than questions.

    >>> [names_data(head) for head in ("epoch", "x1", "Question", "Frage", "No.", "", "1.1")]
    [True, True, False, False, False, False, False]
    """
    words = head.strip(" *_|#.:").lower().split()
    if not words or not words[0][0].isalpha():
        return False
    return not {words[0], words[-1]} & {*PROBLEM, *PIECE, *ANSWER, *COUNT}
