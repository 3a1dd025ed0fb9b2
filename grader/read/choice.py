"""A choice among named options, however it is put: “Green”, “prediction is green”, “not red”."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import ClassVar

from grader.model import Answer, Finding, Found, Missing
from grader.prose import Hit, Phrases, Statement, find, prepare, statements, vocabulary
from grader.read import readers
from grader.read._corrections import replaces
from grader.read._prose import doubt, hesitation, prose_of, stated

_MOST = 80
_FEW = 4
_NAME = 3
_ENGLISH = frozenset(["the", "is", "are", "a", "of", "it", "this", "and"])
_CONCLUDES = (
    "so", "therefore", "thus", "hence", "=>", "predict*", "answer", "ans", "final*", "conclu*",
    "classif*", "choose", "chosen", "pick", "select", "i_take", "i_would_take", "we_take", "gives",
    "result*", "label_is", "class_is", "assign*", "overall", "in_summary", "majority", "then",
)  # fmt: skip
_HEAD = re.compile(
    r" (?:(?:\(? ?[a-z0-9]{1,2} ?[).:]|answer|ans|prediction|predicted|class|label|solution|final"
    r"|the|it|is|this|that"
    r"|they|are|we|get|got|a|an|yes|no|well|=>|[:=,.*]|k|q|for|with|model|layer|layers|type|best"
    r"|\d+|\(|\)|y|hat|-) ){0,9}$"
)
_FOLLOWED = re.compile(
    r" (?:[.,;:!(=|)-]|=>|because|since|as|due|with|again|for|by|at|has|have|had|wins?|class|one"
    r"|ones|model|layers?"
    r"|$)"
)
_LONE = re.compile(
    r" (?:[().,:;!=|>-]|[knpqy]|\d|answer|ans|prediction|final|the|is|class|label|k|=>|y|hat"
    r"|model|one) "
)
_BREAK = re.compile(r" (?:[,;:.]|but|because|since|whereas|while|although|though) ")


_LESSER = re.compile(
    r" (?:then|followed by|after|before|besides|next to|versus|vs|over) (?:the )?$"
)
_BESIDE = re.compile(
    r" (?:compared (?:to|with)|in contrast to|in comparison (?:to|with)|unlike|than|against|versus|vs)"
    r" (?:[\d.]+ )?(?:(?:for|of|by|in|with|from) )?(?:the |model )?$"
)


_OR = re.compile(
    r" (?:(?:either|the|a|/|or|\||maybe|perhaps|also) )*(?:or|/|maybe|perhaps) (?:the |a )?"
    r"| (?:layers? |ones? )?(?:[,(] )*(?:(?:i \. e|i\.e|ie|aka|meaning|namely|that is|which (?:is|are))"
    r" (?:[.,] )*)(?:the |a )?| (?:layers? |ones? )?\( (?:the |a )?"
    r"| (?:(?:is|are) (?:[a-z]+ )?)?and so (?:is|are) (?:the |a )?"
)
_NOR = re.compile(r" nor (?:the |a )?$")
_REFUSED = re.compile(r" (?:[:=(-]|=>) (?:wrong|incorrect|false|untrue|no)(?= (?:[,;.)]|$)| *$)")
_REFUSED_BEFORE = re.compile(
    r" (?:(?:wrong|incorrect|false|untrue) [:=-]|(?:any|every|all|both)(?:thing|one)?(?: \w+)?"
    r" (?:but|except|besides|other than|apart from)) (?:the )?$"
)
"""What turns down the option beside it, as a list of all of them may."""
_SEPARATOR = re.compile(r"(?: [,;&+.()]| and)* ")
_LISTED = re.compile(
    r" (?:(?:layers?|ones?|units?|\(|:|,|and|&|\+|i|\.|e|ie|namely|of|the|both) ){0,8}"
)
_ANDED = re.compile(r" (?:\( [^()]{1,30} \) )?(?:and|&) (?:(?:\d|one|two|three|the) )?")
_VALUED = re.compile(r" [:=] (?=\d)")
_ASIDE = 16


@dataclass(frozen=True, slots=True)
class _Mention:
    option: str
    strength: int
    """0 in a table, 1 by the way, 2 at the head of the answer, 3 as a conclusion."""
    quote: str
    first: bool = False
    """Whether it stands in the first statement."""


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Reads the one option that an answer chooses; what competes with it goes into the others."""

    SECRET: ClassVar[tuple[str, ...]] = ("worked", "watch", "hints")

    options: Mapping[str, Sequence[str]]
    """Option to the phrases that name it; see ``grader.prose``."""
    ignore: Sequence[str] = ()
    """Phrases in which such a word names no option."""
    asides: Sequence[str] = ()
    """Phrases that make a mention in the same clause something else than a choice."""
    denies: Sequence[str] = ()
    """What follows an option that is turned down, such as ``less``."""
    concludes: Sequence[str] = ()
    """More words that a chosen option stands next to, such as ``smallest``."""
    watch: Sequence[str] = ()
    """Options whose mere mention beside another choice is for a person to see."""
    undecided: Sequence[str] = ()
    """Phrases that say that no choice is made."""
    hints: Sequence[str] = ()
    """Words without which an answer that names no option certainly makes no choice."""
    opposite: bool = False
    """There are two options, and to deny one is to choose the other."""
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Options of which a wider one consists: several of them listed beside it only spell it out."""
    bare: Mapping[str, str] = field(default_factory=dict)
    """What a bare yes or no at the start chooses, where no option is named."""
    worked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """More phrases that name an option and tell how the answer is found, such as a number that is
    worked out for it; no kit holds them."""

    def read(self, answer: Answer) -> Finding:
        """Return the name of the option."""
        found = stated(answer)
        asked = self._asked(answer) or self._taken_back(answer)
        if isinstance(found, Missing):
            return replace(found, doubt=found.doubt or asked or self._guessed(answer))
        options = self._named()
        known = vocabulary(
            *options.values(), tuple(self.concludes), tuple(self.ignore), tuple(self.asides)
        )
        lines = [(statement, prepare(statement.text, known)) for statement in found]
        mentions = [m for at, line in enumerate(lines) for m in self._mentions(at, line, options)]
        unread = doubt(answer) or asked or hesitation(answer)
        if not mentions:
            mentions = self._bare(lines)
        chosen = _chosen(mentions)
        if not chosen or (max(m.strength for m in chosen) < 2 and self._open(lines)):
            return self._nothing(lines, unread)
        value, *others = chosen
        watched = [m for m in mentions if m.option in self.watch and m.strength]
        opened = _opening(mentions)
        # What the answer opens with, and nothing else, is hardly ever meant by the way.
        opened = [] if any(m.option in {o.option for o in opened} for m in chosen) else opened
        rivals = {m.option: m for m in [*watched, *others, *opened] if m.option != value.option}
        unread = unread or self._replaced(lines, value.option, options)
        return Found(
            value=value.option,
            quote=value.quote,
            where=tuple(p.place for p in answer.pieces),
            others=tuple(Found(value=m.option, quote=m.quote) for m in rivals.values()),
            doubt=unread,
        )

    def _named(self) -> dict[str, Phrases]:
        """All phrases of each option."""
        return {
            name: (*phrases, *self.worked.get(name, ())) for name, phrases in self.options.items()
        }

    def _guessed(self, answer: Answer) -> str:
        """Somebody who is not sure may still name an option."""
        prepared = prepare(prose_of(answer))
        named = any(find(phrases, prepared) for phrases in self._named().values())
        return "an option is named by somebody who is not sure" if named else ""

    def _mentions(
        self, at: int, line: tuple[Statement, str], options: dict[str, Phrases]
    ) -> list[_Mention]:
        statement, prepared = line
        away = [(hit.start, hit.end) for hit in find(tuple(self.ignore), prepared)]
        hits = [(name, hit) for name, phrases in options.items() for hit in find(phrases, prepared)]
        hits = hits[:_MOST]
        hits = _longest(
            [(n, h) for n, h in hits if not any(s < h.end and h.start < e for s, e in away)]
        )
        hits = self._wider(hits, prepared)
        found: list[_Mention] = []
        end = 0
        for name, hit in hits:
            start, end = end, hit.end
            turned = hit.denied != self._turned_down(prepared, hit)
            lead = prepared[: hit.start + 1]
            if _BESIDE.search(lead) or (found and _LESSER.search(lead)):
                continue
            if (
                _NOR.search(lead)
                or _REFUSED_BEFORE.search(lead)
                or _REFUSED.match(prepared, hit.end)
            ):
                continue
            meant = name
            if turned and self.opposite:
                meant = next(other for other in options if other != name)
            elif turned or self._aside(prepared, hit):
                continue
            found.append(
                _Mention(
                    meant,
                    self._strength(at, statement, prepared, hit, start),
                    statement.text,
                    first=at == 0 and statement.kind != "row",
                )
            )
        if _enumerated(hits, prepared):
            found = [replace(m, strength=1) if m.strength == 2 else m for m in found]
        if found and (_either(hits, prepared) or _side_by_side(hits, prepared)):
            top = max(m.strength for m in found)
            found = [replace(m, strength=top) for m in found]
        elif statement.kind != "row" and found:
            strong = [i for i, m in enumerate(found) if m.strength == 3]
            # Of several conclusions in one sentence the last one is meant.
            found = [m for i, m in enumerate(found) if m.strength < 3 or i == strong[-1]]
        return found

    def _wider(self, hits: list[tuple[str, Hit]], prepared: str) -> list[tuple[str, Hit]]:
        """Leave out the parts that are listed right beside the option they make up."""
        gone: set[int] = set()
        for at, (name, hit) in enumerate(hits):
            parts, listed, end = self.parts.get(name, ()), [], hit.end
            for index in range(at + 1, len(hits)):
                other, part = hits[index]
                if other not in parts or not _LISTED.fullmatch(prepared[end : part.start + 1]):
                    break
                listed.append(index)
                end = part.end
            if len({hits[index][0] for index in listed}) > 1:
                gone.update(listed)
        return [hit for index, hit in enumerate(hits) if index not in gone]

    def _asked(self, answer: Answer) -> str:
        """A question at the very end that names an option may be a guess."""
        last = statements(prose_of(answer))[-1:]
        if not last or last[0].kind != "question" or len(last[0].text.split()) > _ASIDE:
            return ""
        prepared = prepare(last[0].text)
        named = any(find(phrases, prepared) for phrases in self._named().values())
        return "the answer ends in a question" if named else ""

    def _taken_back(self, answer: Answer) -> str:
        """Two options in what its writer takes back: which of them is taken back is not said."""
        text = prose_of(answer)
        whole, kept = prepare(text), prepare(" . ".join(s.text for s in statements(text)))
        gone = [
            name
            for name, phrases in self._named().items()
            if len(find(phrases, whole)) > len(find(phrases, kept))
        ]
        return "several options stand in what is taken back" if len(gone) > 1 else ""

    def _replaced(
        self, lines: list[tuple[Statement, str]], option: str, options: dict[str, Phrases]
    ) -> str:
        """The option that is read stands before another which takes its place."""
        text = " ".join(f"{prepared.strip()} ." for _, prepared in lines)
        text = f" {text} "
        hits = [(name, hit) for name, phrases in options.items() for hit in find(phrases, text)]
        for (one, a), (two, b) in pairwise(_longest(hits[:_MOST])):
            between = text[a.end : b.start + 1]
            if one == option != two and replaces(text[: a.start + 1], between):
                return "an option seems to be replaced by another"
        return ""

    def _turned_down(self, prepared: str, hit: Hit) -> bool:
        clause = _BREAK.split(prepared[max(hit.end, 0) :] + " ", maxsplit=1)[0][:60]
        return any(h.start < 30 for h in find(tuple(self.denies), f" {clause.strip()} "))

    def _aside(self, prepared: str, hit: Hit) -> bool:
        if not self.asides:
            return False
        before = _BREAK.split(" " + prepared[: hit.start + 1])[-1]
        after = _BREAK.split(prepared[hit.end :] + " ", maxsplit=1)[0]
        clause = f" {before.strip()} {prepared[hit.start : hit.end].strip()} {after.strip()} "
        return bool(find(tuple(self.asides), clause))

    def _strength(self, at: int, statement: Statement, prepared: str, hit: Hit, start: int) -> int:
        if statement.kind == "row":
            return 0
        rest = prepared[: hit.start] + prepared[hit.end :]
        if not _LONE.sub(" ", _LONE.sub(" ", f" {rest} ".replace(" ", "  "))).strip():
            return 3
        head = _HEAD.match(prepared[: hit.start + 1]) is not None
        listed = len(_VALUED.findall(prepared)) > 1 and _VALUED.match(prepared[hit.end :] + " ")
        if head and _FOLLOWED.match(prepared[hit.end :] + " ") and at == 0 and not listed:
            return 2
        led = prepared[start : hit.start].rsplit(" ; ", 1)[-1]
        before = " " + " ".join(led.split()[-8:]) + " "
        after = " " + " ".join(re.split(r" [,;.] ", prepared[hit.end :])[0].split()[:7]) + " "
        if find((*_CONCLUDES, *self.concludes), before) or find(
            (*self.concludes, "win*", "outvote*"), after
        ):
            return 3
        return 1

    def _bare(self, lines: list[tuple[Statement, str]]) -> list[_Mention]:
        """A yes or no that stands alone, or at the head of a sentence."""
        for statement, prepared in lines:
            found = [word for word in prepared.split() if word.isalnum() or word in ",.;!"]
            alone = len(found) < _FEW or found[1] in ",.;!" or statement.head
            if found and found[0] in self.bare and alone:
                return [_Mention(self.bare[found[0]], 2, statement.text)]
        return []

    def _open(self, lines: list[tuple[Statement, str]]) -> bool:
        return any(find(tuple(self.undecided), prepared) for _, prepared in lines)

    def _nothing(self, lines: list[tuple[Statement, str]], unread: str) -> Missing:
        if self._open(lines):
            return Missing(why="no choice is made", doubt=unread)
        hinted = not self.hints or any(find(tuple(self.hints), prepared) for _, prepared in lines)
        return Missing(
            why="none of the choices is named",
            doubt=unread
            or (
                "the answer may choose in words that were not recognised"
                if hinted or self._foreign(lines)
                else ""
            ),
        )

    def _foreign(self, lines: list[tuple[Statement, str]]) -> bool:
        """A few words, of which none is known, or one that is nearly the name of an option."""
        said = [word for _, prepared in lines for word in prepared.split() if word.isalpha()]
        names = [
            word.rstrip("*")
            for phrases in self._named().values()
            for phrase in phrases
            for word in re.split(r"[\s|_]+", phrase)
            if len(word) >= _NAME
        ]
        short = 0 < len(said) <= _FEW and not _ENGLISH.intersection(said)
        return short or any(
            len(word) >= _NAME and nearly(word, name) for word in said for name in names
        )


def _enumerated(hits: list[tuple[str, Hit]], prepared: str) -> bool:
    """Whether the first option only begins a list, such as “green (5) and red (6, 2)”."""
    if len(hits) < 2 or hits[0][0] == hits[1][0]:
        return False
    return _ANDED.fullmatch(prepared[hits[0][1].end : hits[1][1].start + 1]) is not None


def nearly(word: str, name: str) -> bool:
    """Whether one letter is missing, too many, another one, or two have changed places.

    >>> nearly("gren", "green"), nearly("grene", "green"), nearly("read", "red"), nearly("x", "red")
    (True, True, True, False)
    """
    if abs(len(word) - len(name)) > 1 or word == name:
        return word == name
    same = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), -1)
    if same < 0:
        return True
    w, n = word[same:], name[same:]
    return w[1:] == n or w == n[1:] or w[1:] == n[1:] or (w[2:] == n[2:] and w[:2] == n[:2][::-1])


def _either(hits: list[tuple[str, Hit]], prepared: str) -> bool:
    """Whether two options stand as alternatives, such as “green / red”."""
    return any(
        one != two and _OR.fullmatch(prepared[a.end : b.start + 1])
        for (one, a), (two, b) in pairwise(hits)
    )


def _side_by_side(hits: list[tuple[str, Hit]], prepared: str) -> bool:
    """Whether a statement is a list of options and nothing else: “green, red”."""
    if len({name for name, _ in hits}) < 2:
        return False
    edges = [0, *(edge for _, hit in hits for edge in (hit.start, hit.end)), len(prepared)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return all(
        _SEPARATOR.fullmatch(f" {prepared[a:b].strip()} ".replace("  ", " ")) for a, b in gaps
    )


def _longest(hits: list[tuple[str, Hit]]) -> list[tuple[str, Hit]]:
    """Where two names overlap, the longer one is meant."""
    kept: list[tuple[str, Hit]] = []
    for name, hit in sorted(hits, key=lambda item: item[1].start - item[1].end):
        if not any(hit.start < other.end - 1 and other.start < hit.end - 1 for _, other in kept):
            kept.append((name, hit))
    return sorted(kept, key=lambda item: item[1].start)


def _opening(mentions: list[_Mention]) -> list[_Mention]:
    """The mention of the first statement that names an option, where it names only one."""
    opening = [m for m in mentions if m.first and m.strength]
    return opening[:1] if len({m.option for m in opening}) == 1 else []


def _chosen(mentions: list[_Mention]) -> list[_Mention]:
    """The chosen mention, and after it those of other options that are as strong."""
    if not mentions:
        return []
    top = (
        [m for m in mentions if m.strength >= 2]
        or [m for m in mentions if m.strength == 1]
        or mentions
    )
    value = top[-1]
    return [value, *{m.option: m for m in top if m.option != value.option}.values()]
