"""A description of layers as tokens: kernels, counts, settings, joints, and words that matter.

One pass over plain text (see ``_marks``). What a token means for its stack is decided later;
here only what stands written is recognised: ``3x3``, ``(3, 3)``, ``kernel size 3``, ``k3p1``,
``three by three``, ``dilation rate of 2``, ``pad=1``, ``same padding``, ``C filters``, ``C→C``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LARGEST = 13
"""Sides above this are sizes of images, not of kernels."""

_WORDS = {w: i for i, w in enumerate(
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"))}
_W = "|".join(_WORDS)
_NUM = rf"(?:\d{{1,3}}|(?:{_W})(?![a-z]))"
_CH = r"(?:\d{0,3}\s?\*?\s?C(?:_?(?:in|out))?(?:\s?/{1,2}\s?\d{1,2})?(?![a-z0-9])|\d{1,4}(?![\d.]*\s?x\s?\d))"
_LIST = r"\(?\[?\d{1,2}(?!\s?x\s?\d|\d)(?:\s?(?:,|and|&|/|then|;)\s?\d{1,2}(?!\s?x\s?\d|\d|\s*(?:filters?|channels?|kernels?|layers?|conv|dil|str)))*\)?\]?"
_PAIRS = r"[(\[]\s?\d\s?,\s?\d\s?[)\]](?:\s?(?:,|and|&|then|;)\s?[(\[]\s?\d\s?,\s?\d\s?[)\]])+"
_NOUNS = r"(?:output\s|out\s|input\s|conv\w*\s|feature\s|of\s(?:the\s)?){0,2}(?:filters?|kernels?|channels?|feature[\s-]?maps?|maps|outputs|neurons|depth)"
_IS = r"(?:\s|of|=|:|is|are|by|with|to|equals?|equal|size|rate|factor|width|amount|set|being|a|\(|\[)*"

_TOKEN = re.compile(
    rf"""
    (?P<call>⟦\d{{1,3}}⟧)
    |(?P<newline>\n)
    |(?P<withdraw>\b(?:wait|sorry|oops|scratch\sthat|correction|my\smistake|i\smean|actually|no\s?,|rather
        |(?:should|has\sto|must)\s(?:be|have\sbeen))\b,?)
    |(?P<counted>\b(?:[1-9]|(?:{_W})(?![a-z]))(?=\s(?:\w+\s){{0,2}}(?:kernels?|filters?)\b[\s:,=]*(?:(?:of|with|size[ds]?|having|each|is|a|the|being)[\s:=]+){{0,4}}\(?(?:\d{{1,2}}|{_W})[\s-]?(?:x|by)))
    |(?P<perchannel>\b(?:one|1|a|single)\s(?:filters?|kernels?)\s(?:per|for\seach|for\severy)\s(?:input\s)?channel)
    |(?P<layer>\b(?:conv(?:\s?net|olution\w*)?|layer|l|step|stage|kernel|filter|block)(?:\slayer)?\s?[-_#]?\s?\d{{1,2}}
        (?=\s?[:=)]|\s?-\s|\s+\(?\d{{1,2}}\s?x|\s+⟦|\s(?:has|is|uses|with)\b))
    |(?P<short>\bk\s?=?\s?(?P<shortk>\d{{1,2}})(?P<shorta>(?:\s?,?\s?[dpsf]\s?=?\s?\d{{1,2}}){{1,4}})\b)
    |(?P<chain>(?<![\d.])\d{{1,4}}(?:\s{{0,2}}[x*]\s{{0,2}}(?:\d{{1,4}}|C(?:_?(?:in|out))?(?![a-z]))){{1,4}})
    |(?P<worded>\b(?P<w1>{_NUM})[\s-]{{1,2}}(?:by|x|cross|times)[\s-]{{1,2}}(?P<w2>{_NUM})(?:[\s-]by[\s-]{_NUM})?\b)
    |(?P<flow>\b(?:in(?:put)?[\s_-]?(?:channels?)?\s?[=:]?\s?)?{_CH}\s?(?:→|in\s?,?\s?→?|to)\s?(?:out(?:put)?[\s_-]?(?:channels?)?\s?[=:]?\s?)?
        (?P<flowc>\d{{0,3}}C(?:\s?/\s?\d{{1,2}})?(?![a-z0-9])|\d{{1,4}}(?=\s?(?:channels?|filters?)))(?:\sout\b|\schannels?|\sfilters?|\smaps?)?)
    |(?P<nopad>\b(?:no|without|not\sany|non)\s?-?(?:any\s)?(?:zero[\s-]?)?pad\w*|\bunpadded|\bnot\spadded
        |["']?\bvalid["']?\s?-?(?:pad|conv)\w*|\bpad\w*\s?(?:=|:|is|mode|are|type)*\s?["']?(?:valid|none|no)\b["']?)
    |(?P<same>["']?\bsame["']?[\s-]?(?:zero[\s-]?|size[\s-]?)?(?:pad|conv)\w*|\bpad\w*\s?(?:=|:|is|are|of|to|as|mode|type|set|kept|the|,|-|\()*\s?["']?(?:same|half)\b["']?
        |["']same["']|\bhalf[\s-]padding)
    |(?P<padpairs>\b(?:zero[\s-]?)?(?:padd?ings?|pads?|padded|p)\b[\s:=]*(?:(?:of|by|with|is|are)\s)?{_PAIRS})
    |(?P<pad>\b(?:zero[\s-]?)?(?:padd?ings?|pads?|padded)(?![a-z]){_IS}(?:{_LIST})(?![\d.]*\s?[x/*(]\s?\(?[\dk])|\bp\s?=\s?(?:{_LIST})|\bp\s?\d\b(?!\s?x))
    |(?P<padrule>\b(?:p|pad|padding)\s?(?:=|:|of|is)\s?[⌊(]?\s?(?:\(?[dkf]\b|\w\s?[*·x]?\s?\(|\(|floor)[^,;\n]{{0,24}})
    |(?P<padded>\b(?:zero[\s-]?)?(?:padd?ings?|pads?|padded)(?![a-z]))
    |(?P<sized>\b(?:keep|preserv|maintain|retain|sustain)\w*[^.;\n\u27e6]{{0,40}}?(?:spatial|sizes?|dimensions?|shape|resolution|height|width|H\s?x\s?W)\b
        |\bH\s?x\s?W\s?x\s?C\b|\b(?:size|shape|dimensions?|height)\s(?:and\swidth\s)?(?:(?:is|are|does|do|remains?|stays?)\s)?(?:not\schanged?|unchanged|preserved|the\ssame|kept|maintained))
    |(?P<filters>(?<![\w.])(?:{_CH}|one|two|single|an?\ssingle)\s?-?{_NOUNS}(?![a-z])
        |\b(?:number|no\.?|num|\#|count|amount)\s?(?:of)?\s?(?:output\s|conv\w*\s)?(?:filters?|kernels?|channels?|feature\smaps?)\s?(?:=|:|is|are|equals?|equal\sto|of|kept\sat|stays?|remains?|set\sto|fixed\sat|\s)+(?:{_CH})(?!\s?x)
        |(?:\#\s?)?\b(?:filters|f|channels?|out_?channels?|output\schannels?|depth|feature\smaps?)\s?(?:=|:|is|are|equals?|equal\sto|of|stays?|remains?|set\sto)+\s?(?:{_CH})(?!\s?x)
        |@\s?C\b|\bC(?=\s{{1,2}}\(?\d{{1,2}}\s?x\s?\d{{1,2}}))
    |(?P<keepsc>\b(?:as\smany|equal|same|identical)\s(?:number\sof\s|no\.?\sof\s|amount\sof\s|count\sof\s|\#\s?(?:of\s)?)?(?:output\s|conv\s)?(?:filters?|kernels?|channels?|depth|feature\smaps)
        |\b(?:channels?|depth|number\sof\s(?:channels|filters|feature\smaps))\b[^.;,\n\d]{{0,24}}?\b(?:unchanged|preserved?|kept|maintained?|constant|same|retained?|intact|fixed)\b
        |\b(?:keep|preserv|maintain|retain)\w*\s(?:\w+\s){{0,4}}(?:channels?|depth)\b)
    |(?P<stride>\bstrides?{_IS}(?P<stridev>{_NUM})|\bs\s?=\s?(?P<strides>\d)|\bs(?P<stridet>\d)\b)
    |(?P<nodilation>\b(?:no|without|non|un)[\s-]?dilat\w*|\bundilated|\b(?:normal|standard|regular|ordinary)\b)
    |(?P<dilation>(?<![\dx])(?<![\dx]\s)(?P<dil1>\d)[\s-](?:fold\s|x\s)?dilat\w*|\b(?:dilat\w*|atrous|\bdil\b|rates?)(?:[\s-]*(?:conv\w*|rate|factor)\b)?{_IS}(?P<dil2>(?:\d{{1,3}}|(?<=(?:of|by|te|or|is)\s)(?:{_W})(?![a-z]))(?!\s?x\s?\d|\s?by\b|[\s-]by)(?:\s?(?:,|and|&|/|then)\s?\d(?!\s?x|\d|\s?by|\s(?:filters?|layers?|conv)))*)
        |\b[dr]\s?=\s?\(?(?P<dil3>\d)|\bd(?P<dil4>\d)\b)
    |(?P<dilated>\b(?:dilat\w*|atrous)\b)
    |(?P<depthwise>\bdepth[\s-]?wise(?:[\s-]separable)?\b|\bdw\b)
    |(?P<pointwise>\bpoint[\s-]?wise\b)
    |(?P<pool>\b(?:max|average|avg|mean)[\s-]?pool\w*|\bpool(?:ing)?\b)
    |(?P<odd>\b(?:transposed?|deconv\w*|upsampl\w*|groups?(?:ed)?|deformable|separable)\b)
    |(?P<times>\b(?:twice|thrice)\b|(?<=[)\]\d])\s?\^\s?(?P<times1>\d)\b|\brepeat\w*\s(?:it\s|this\s|by\s|for\s)?(?P<times2>{_NUM})?(?:\s?x|\stimes)?\b|\bfor\s\w+\sin\srange\(\s?(?P<times3>\d)\s?\)
        |(?:\bx|\*|\btimes)\s?(?P<times4>{_NUM})(?:\s?times)?\b(?![\d.]*\s?[x*(]|\s?(?:conv|kernel|filter|channel))|\b(?P<times5>{_NUM})\s?(?:x(?=\s*(?:[).,;\n]|$))|times)(?![a-z]))
    |(?P<before>(?<![\d.x])(?P<before1>\d)\s?[x*]\s?(?=[(\[⟦k]|conv))
    |(?P<pair>[(\[]\s?(?P<pair1>\d{{1,2}})\s?,\s?(?P<pair2>\d{{1,2}})\s?[)\]])
    |(?P<size>\b(?:(?:kernels?|filters?|windows?|conv\w*)[\s_-]{{0,2}})?(?:sizes?|kernels?)\s?(?:of|=|:|is|with|\s)*(?P<size1>\d{{1,2}}(?![\d.]*\s?[x*]\s?\d|\w|[\s-]?(?:filters|channels|layers|by))(?:\s?(?:,|and|&|→|\+|then)\s?\d{{1,2}}(?!\s?[x*]|\w))*)|\bk\s?=\s?(?P<size2>\d{{1,2}}(?![\w.])(?:\s?(?:,|and|&|→|\+|then)\s?\d{{1,2}}(?!\s?[x*]|\w))*)
        |\bconv(?:2d)?[\s_-]?(?P<size3>\d{{1,2}})(?![\w.])|(?<![\d.])(?P<size4>\d)\s(?P<size5>\d)(?=\s(?:conv|kernel|filter|layer)))
    |(?P<reverse>\bother\sway\s(?:a?round|about)|\brevers\w*|\bvice[\s-]versa|\bopposite\sorder|\bswapp?ed|\bflipped)
    |(?P<cue>\breceptive|\br\.?f\b|\bfield\b|\bfov\b|\bcover\w*|\bsee(?:s|ing|n)?\b|\bspans?\b|\beffectiv\w*|\bequivalen\w*|\bequals?\b|\binstead\sof
        |\breplac\w*|\bsimulat\w*|\bmimic\w*|\bemulat\w*|\boutputs?\b|\binputs?\b|\bimages?\b|\bgiv(?:es?|ing)\b|\byield\w*|\bresult\w*|\bachiev\w*|\bobtain\w*
        |\bbecom\w*|\bgrow\w*|\bextend\w*|\bexpand\w*|\breach\w*|\blooks?\s(?:at|like)|\blike\sa|\bas\san?\b|\bthan\sa|\btotal\b|\bregion\b|\bregards?\b|\bneighbou?rhood)
    |(?P<because>\b(?:because|since|hence|thus|therefore|reason)\b)
    |(?P<equals>[=≈≡])
    |(?P<quantifier>\b(?:each|every\w*|all|both|throughout|always|any)\b)
    |(?P<mention>\b(?:for|of|in)\s(?:the|an?|each|every|all)\b|\bfor\b)
    |(?P<after>\bafter\san?\b|\bpreceded\sby\b)
    |(?P<join>→|\+|,|;|\||/|&|:|\bthen\b|\bfollowed\b|\band\b|\bbefore\b|\bplus\b|\binto\b|\bon\stop\b|\bnext\b|\bfinally\b|(?<=\s)-(?=\s)|(?<=\d)-(?=\d{{1,2}}\s?x)|\bwith\b)
    |(?P<open>[(\[])|(?P<close>[)\]])
    |(?P<period>[.!?](?=\s|$))
    |(?P<number>{_NUM}\b)
    |(?P<word>[A-Za-z']+)
    |(?P<other>\S)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CHAIN = re.compile(r"(\d+|c\w*)(\s*)(?:[x*](\s*))?", re.IGNORECASE)
_ARITHMETIC = re.compile(r"[ ]*[+=][ ]*\d+(?![\d.]*[ ]*[x*A-Za-z(⟦]|\d)")
_SUMMED = re.compile(r"(?<![x*\d])(?<![x*][ ])\d[ ]?[+][ ]?$")
_CHANNEL = re.compile(r"(\d{0,3})\s?\*?\s?C(?:_?(?:in|out))?(?:\s?/{1,2}\s?(\d{1,2}))?(?![a-z0-9])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: what it is, what it says, and where it stands."""

    kind: str
    value: Any
    start: int
    end: int


def number(text: str) -> int:
    """Return a number in digits or in words."""
    return int(text) if text.isdigit() else _WORDS.get(text.lower(), 0)


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text in order."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        kind = next(k for k in (kind, *_groups(match)) if k in _READ or k in _PLAIN)
        made = _READ[kind](match, text) if kind in _READ else (kind, match.group().lower())
        if made is not None:
            yield Token(made[0], made[1], match.start(), match.end())


def _groups(match: re.Match[str]) -> Iterator[str]:
    """Names of the groups that took part; the outer one is among them."""
    yield from (name for name, value in match.groupdict().items() if value is not None)


_Made = tuple[str, Any] | None


def _chain(match: re.Match[str], text: str) -> _Made:
    parts = _CHAIN.findall(match.group())
    sides = [part for part, _, _ in parts]
    gaps = [bool(before or after) for _, before, after in parts[:-1]]
    numbers = [int(side) for side in sides if side.isdigit()]
    around = _ARITHMETIC.match(text, match.end()) or _SUMMED.search(text[max(0, match.start() - 6) : match.start()])
    if around and len(sides) == 2:
        return ("sum", "")
    if len(sides) >= 3 and len(numbers) >= 3 and max(numbers[:3]) <= LARGEST:
        return _triple(numbers, gaps)
    if len(numbers) < 2 or not sides[1].isdigit():
        return ("other", "")
    height, width = numbers[:2]
    if max(height, width) > LARGEST or 0 in (height, width):
        return ("image", [height, width])
    channels = [side for side in sides[2:] if not side.isdigit()]
    return ("kernel", {"kernel": [height, width], **({"filters": "C"} if len(channels) > 1 else {})})


def _triple(numbers: list[int], gaps: list[bool]) -> _Made:
    """``3 x 3x3`` and ``3x3 x 3`` are three layers; ``3x3x3`` may be that or a kernel of depth 3."""
    a, b, c = numbers[:3]
    if gaps[0] and not gaps[1]:
        return ("kernel", {"kernel": [b, c], "count": a})
    if gaps[1] and not gaps[0]:
        return ("kernel", {"kernel": [a, b], "count": c})
    return ("kernel", {"kernel": [a, b], "count": c, "unsure": "three sides, or a count of layers"})


def _worded(match: re.Match[str], _: str) -> _Made:
    return _pair_of(number(match["w1"]), number(match["w2"]))


def _pair(match: re.Match[str], _: str) -> _Made:
    return _pair_of(int(match["pair1"]), int(match["pair2"]))


def _pair_of(height: int, width: int) -> _Made:
    if not (1 <= height <= LARGEST and 1 <= width <= LARGEST):
        return ("image", [height, width])
    return ("kernel", {"kernel": [height, width]})


def _size(match: re.Match[str], _: str) -> _Made:
    if match["size4"]:
        made = _pair_of(int(match["size4"]), int(match["size5"]))
        return made
    sides = [int(n) for n in re.findall(r"\d+", match["size1"] or match["size2"] or match["size3"])]
    if not all(1 <= side <= LARGEST for side in sides):
        return ("other", "")
    return ("kernels", [[side, side] for side in sides])


def _short(match: re.Match[str], _: str) -> _Made:
    side = int(match["shortk"])
    names = {"d": "dilation", "p": "padding", "s": "stride", "f": "filters"}
    said = {names[k.lower()]: int(v) for k, v in re.findall(r"([dpsf])\s?=?\s?(\d{1,2})", match["shorta"], re.IGNORECASE)}
    return ("kernel", {"kernel": [side, side], **said}) if 1 <= side <= LARGEST else ("other", "")


def _padding(match: re.Match[str], _: str) -> _Made:
    pairs = re.findall(r"(\d)\s?,\s?(\d)\s?[)\]]", match.group())
    if len(pairs) > 1:
        return ("padding", [[int(a), int(b)] for a, b in pairs])
    return ("padding", [int(n) for n in re.findall(r"\d+", match.group())])


def channels(text: str) -> Any:
    """Return a number of channels: ``C``, ``C/4``, ``2C`` or a number; None where none is said."""
    found = _CHANNEL.search(text)
    if found:
        return f"{found[1]}C" + (f"/{found[2]}" if found[2] else "")
    digits = re.search(r"\d+", text)
    if digits:
        return int(digits.group())
    word = next((w for w in re.findall(r"[a-z]+", text.lower()) if w in _WORDS or w == "single"), None)
    return None if word is None else 1 if word == "single" else _WORDS[word]


def _filters(match: re.Match[str], _: str) -> _Made:
    return ("filters", channels(match.group()))


def _times(match: re.Match[str], _: str) -> _Made:
    word = match.group().lower()
    if word.startswith(("twice", "thrice")):
        return ("times", 2 if word.startswith("twice") else 3)
    said = next((match[f"times{i}"] for i in range(1, 6) if match[f"times{i}"]), None)
    return ("times", number(said)) if said and 1 < number(said) <= 12 else ("word", word)


def _dilation(match: re.Match[str], _: str) -> _Made:
    said = next(match[f"dil{i}"] for i in (1, 2, 3, 4) if match[f"dil{i}"])
    found = [number(n) for n in re.findall(r"\d+|[a-z]+", said.lower()) if n.isdigit() or n in _WORDS]
    return ("dilation", [n for n in found if n] or [1])


def _stride(match: re.Match[str], _: str) -> _Made:
    return ("stride", number(match["stridev"] or match["strides"] or match["stridet"]) or 1)


_READ = {
    "call": lambda match, _: ("call", int(match.group()[1:-1])),
    "chain": _chain, "worded": _worded, "pair": _pair, "size": _size, "short": _short,
    "flow": lambda match, _: ("filters", channels(match["flowc"])),
    "nopad": lambda match, _: ("padding", "valid"),
    "same": lambda match, _: ("padding", "same"),
    "pad": _padding, "padpairs": _padding,
    "padrule": lambda match, _: ("padding", "same"),
    "padded": lambda match, _: ("padding", "said"),
    "keepsc": lambda match, _: ("filters", "C"),
    "filters": _filters, "stride": _stride, "dilation": _dilation, "times": _times,
    "nodilation": lambda match, _: ("dilation", [1]),
    "before": lambda match, _: ("before", int(match["before1"])),
    "counted": lambda match, _: ("number", number(match.group())),
    "number": lambda match, _: ("number", number(match.group())),
}
_PLAIN = frozenset({
    "newline", "withdraw", "perchannel", "layer", "sized", "dilated", "depthwise", "pointwise", "pool", "odd",
    "reverse", "cue", "because", "equals", "quantifier", "mention", "after", "join", "open", "close", "period", "word", "sum", "other"})
