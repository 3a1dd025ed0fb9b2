r"""How layers are written.

``3x3``, ``(3, 3)``, ``kernel size 3``, ``k3p1``, ``three by three``, ``dilation rate of 2``,
``pad=1``, ``same padding``, ``C filters``, ``C→C``, and what stands between. Each pattern comes
with the signs that it may begin with, in lower case. ``\s`` in a pattern is a space: no token
goes on behind the end of its line.
"""

from __future__ import annotations

_NAMES = "zero one two three four five six seven eight nine ten eleven"
NUMBERS = {name: number for number, name in enumerate(_NAMES.split())}
"""Numbers in words."""

_W = "|".join(NUMBERS)
_NUM = rf"(?:\d{{1,3}}|(?:{_W})(?![a-z]))"
_CH = r"(?:\d{0,3}\s?\*?\s?C(?:_?(?:in|out))?(?:\s?/{1,2}\s?\d{1,2})?(?![a-z0-9])|\d{1,4}(?![\d.]*\s?x\s?\d))"
_SOME = (
    r"\d{1,2}(?!\s?x\s?\d|\d|[\s-]by\b)(?:\s?(?:,|and|&|/|then|;)\s?\d{1,2}"
    r"(?!\s?x\s?\d|\d|[\s-]by\b|\s*(?:filters?|channels?|kernels?|layers?|conv|dil|str)))*"
)
_LIST = rf"(?:\({_SOME}\)|\[{_SOME}\]|{_SOME})"
_PAIRS = r"[(\[]\s?\d\s?,\s?\d\s?[)\]](?:\s?(?:,|and|&|then|;)\s?[(\[]\s?\d\s?,\s?\d\s?[)\]])+"
_NOUNS = r"(?:output\s|out\s|input\s|conv\w*\s|feature\s|of\s(?:the\s)?){0,2}(?:filters?|kernels?|channels?|feature[\s-]?maps?|maps|outputs|neurons|depth)"
_IS = r"(?:\s?(?:of|=|:|is|are|by|with|to|equals?|equal|size|rate|factor|width|amount|set|being|a)){0,4}\s?"

_COUNT = "zotfsen123456789"
"""First signs of numbers in digits and in words."""
_DIGIT = "0123456789"
PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("call", "⟦", r"⟦\d{1,3}⟧"),
    ("newline", "\n", r"\n"),
    (
        "withdraw",
        "wsocmianrh",
        (
            r"(?:wait|sorry|oops|scratch that|correction|my mistake|i mean|actually|no\s?,|rather"
            r"|(?:should|has to|must) (?:be|have been))\b,?"
        ),
    ),
    (
        "counted",
        _COUNT,
        (
            rf"(?:[1-9](?!\s?[x*]|[\s-]by)|(?:{_W})(?![a-z]|[\s-]by))(?= (?:\w+ ){{0,2}}(?:kernels?|filters?)\b[\s:,=]{{0,4}}"
            rf"(?:(?:of|with|size[ds]?|having|each|is|a|the|being)[\s:=]{{1,3}}){{0,4}}\(?(?:\d{{1,2}}|{_W})[\s-]?(?:x|by))"
        ),
    ),
    (
        "perchannel",
        "o1as",
        r"(?:one|1|a|single) (?:filters?|kernels?) (?:per|for each|for every) (?:input )?channel",
    ),
    (
        "layer",
        "clsbkf",
        (
            r"(?:conv(?:\s?net|olution\w*)?|layer|l|step|stage|kernel|filter|block)(?: layer)?\s?[-_#]?\s?\d{1,2}"
            r"(?=\s?[:=)]|\s?- | {1,3}\(?\d{1,2}\s?x| {1,3}⟦| (?:has|is|uses|with)\b)"
        ),
    ),
    (
        "short",
        "k",
        r"k\s?=?\s?(?P<shortk>\d{1,2})(?P<shorta>(?:\s?,?\s?[dpsf]\s?=?\s?\d{1,2}){1,4})\b",
    ),
    (
        "chain",
        _DIGIT,
        r"(?<![\d.])\d{1,4}(?: {0,2}[x*] {0,2}(?:\d{1,4}|C(?:_?(?:in|out))?(?![a-z]))){1,4}",
    ),
    (
        "worded",
        _COUNT,
        rf"(?P<w1>{_NUM})[\s-]{{1,2}}(?:by|x|cross)[\s-]{{1,2}}(?P<w2>{_NUM})(?:[\s-]by[\s-]{_NUM})?\b",
    ),
    (
        "flow",
        "ic" + _DIGIT,
        (
            rf"(?:in(?:put)?[\s_-]?(?:channels?)?\s?[=:]?\s?)?{_CH}\s?(?:→|in\s?,?\s?→?|to)\s?"
            r"(?:out(?:put)?[\s_-]?(?:channels?)?\s?[=:]?\s?)?"
            r"(?P<flowc>\d{0,3}C(?:\s?/\s?\d{1,2})?(?![a-z0-9])|\d{1,4}(?=\s?(?:channels?|filters?)))(?: out\b| channels?| filters?| maps?)?"
        ),
    ),
    (
        "nopad",
        "nwuvp\"'",
        (
            r"(?:no|without|not any|non)\s?-?(?:any )?(?:zero[\s-]?)?pad\w*|unpadded|not padded"
            r"|[\"']?valid[\"']?\s?-?(?:pad|conv)\w*|pad\w*\s?(?:(?:=|:|is|mode|are|type)\s?){0,3}[\"']?(?:valid|none|no)\b[\"']?"
        ),
    ),
    (
        "same",
        "\"'sph",
        (
            r"[\"']?same[\"']?[\s-]?(?:zero[\s-]?|size[\s-]?)?(?:pad|conv)\w*"
            r"|pad\w*\s?(?:(?:=|:|is|are|of|to|as|mode|type|set|kept|the|,|-|\()\s?){0,4}[\"']?(?:same|half)\b[\"']?"
            r"|[\"']same[\"']|half[\s-]padding|p\s?=\s?[\"']?same\b[\"']?"
        ),
    ),
    (
        "padpairs",
        "zp",
        rf"(?:zero[\s-]?)?(?:padd?ings?|pads?|padded|p)\b[\s:=]{{0,3}}(?:(?:of|by|with|is|are) )?{_PAIRS}",
    ),
    (
        "pad",
        "zp",
        (
            rf"(?:zero[\s-]?)?(?:padd?ings?|pads?|padded)(?![a-z]){_IS}(?:{_LIST})(?![\d.]*\s?[x/*(]\s?\(?[\dk])"
            rf"|p\s?=\s?(?:{_LIST})|p\s?\d\b(?!\s?x)"
        ),
    ),
    (
        "padrule",
        "p",
        r"(?:p|pad|padding)\s?(?:=|:|of|is)\s?[⌊(]?\s?(?:\(?[dkf]\b|\w\s?[*·x]?\s?\(|\(|floor)[\sdkfs\d()/*+·x⌊⌋-]{0,24}",
    ),
    ("padded", "zp", r"(?:zero[\s-]?)?(?:padd?ings?|pads?|padded)(?![a-z])"),
    (
        "sized",
        "kpmrshd",
        (
            r"(?:keep|preserv|maintain|retain|sustain)\w*[^.;\n⟦]{0,40}?(?:spatial|sizes?|dimensions?|shape|resolution|height|width|H\s?x\s?W)\b"
            r"|H\s?x\s?W\s?x\s?C\b|(?:size|shape|dimensions?|height) (?:and width )?"
            r"(?:(?:is|are|does|do|remains?|stays?) )?(?:not changed?|unchanged|preserved|the same|kept|maintained)"
        ),
    ),
    (
        "filters",
        "cotsanfd#@" + _DIGIT,
        (
            rf"(?<![\w.])(?:{_CH}|one|two|single|an? single)\s?-?{_NOUNS}(?![a-z])"
            r"|(?:number|no\.?|num|#|count|amount)\s?(?:of)?\s?(?:output |conv\w* )?(?:filters?|kernels?|channels?|feature maps?)\s?"
            r"(?:(?:in|per|for|of) (?:each |every |all |the |a )?(?:conv\w* )?layers?\s?)?"
            rf"(?:(?:=|:|is|are|equals?|equal to|of|kept at|stays?|remains?|set to|fixed at)?\s?){{1,3}}(?:{_CH})(?!\s?x)"
            r"|(?:#\s?)?(?:filters|f|channels?|out_?channels?|output channels?|out|c_?out|n_?filters|ch|depth|feature maps?)\s?"
            rf"(?:(?:=|:|is|are|equals?|equal to|of|stays?|remains?|set to)\s?){{1,3}}(?:{_CH})(?!\s?x)"
            r"|(?:filters|channels|kernels|out) C(?![a-z0-9])|C of (?:them|these|those)\b|@\s?C\b|C(?= {1,2}\(?\d{1,2}\s?x\s?\d{1,2})"
            r"|(?<![HW],)(?<![HW], )(?:(?<=[,;])|(?<=[,;] )|(?<=\d\()|(?<=\d \())\d{0,2}C(?:\s?/\s?\d{1,2})?(?=\s?(?:[)\],;→]|$))"
        ),
    ),
    (
        "keepsc",
        "aesicdnkpmr",
        (
            r"(?:as many|equal|same|identical) (?:(?:number|no\.?|amount) of |count of |#\s?(?:of )?)?(?:output |conv )?(?:filters?|kernels?|channels?|depth|feature maps)"
            r"|(?:channels?|depth|number of (?:channels|filters|feature maps))\b[^.;,\n\d]{0,24}?\b(?:unchanged|preserved?|kept|maintained?|constant|same|retained?|intact|fixed)\b"
            r"|(?:keep|preserv|maintain|retain)\w* (?:\w+ ){0,4}(?:channels?|depth)\b"
        ),
    ),
    (
        "stride",
        "s",
        rf"strides?{_IS}\(?(?P<stridev>{_NUM})|s\s?=\s?(?P<strides>\d)|s(?P<stridet>\d)\b",
    ),
    (
        "nodilation",
        "nwusro",
        r"(?:no|without|non|un)[\s-]?dilat\w*|undilated|(?:normal|standard|regular|ordinary)\b",
    ),
    (
        "dilation",
        "dar" + _DIGIT,
        (
            r"(?<![\dx])(?<![\dx] )(?P<dil1>\d)[\s-](?:fold |x )?dilat\w*"
            rf"|(?:dilat\w*|atrous|dil\b|rates?)(?:[\s-]{{0,2}}(?:conv\w*|rate|factor)\b){{0,2}}{_IS}\(?"
            rf"(?P<dil2>(?:\d{{1,3}}|(?<=(?:of|by|te|or|is) )(?:{_W})(?![a-z]))(?!\s?x\s?\d|\s?by\b|[\s-]by)"
            r"(?:\s?(?:,|and|&|/|then)\s?\d(?!\s?x|\d|\s?by| (?:filters?|layers?|conv)))*)"
            r"|[dr]\s?=\s?\(?(?P<dil3>\d)|d(?P<dil4>\d)\b"
        ),
    ),
    ("dilated", "da", r"(?:dilat\w*|atrous)\b"),
    ("depthwise", "d", r"depth[\s-]?wise(?:[\s-]separable)?\b|dw\b"),
    ("pointwise", "p", r"point[\s-]?wise\b"),
    ("pool", "map", r"(?:max|average|avg|mean)[\s-]?pool\w*|pool(?:ing)?\b"),
    ("odd", "tdugs", r"(?:transposed?|deconv\w*|upsampl\w*|groups?(?:ed)?|deformable|separable)\b"),
    (
        "layercount",
        "nl#",
        r"(?:(?:no\.?|number|num|#)\s?(?:of )?)?(?:conv\w* )?layers?\s?[:=]\s?(?P<layers1>\d{1,2})(?!\s?x|\d)",
    ),
    (
        "times",
        "t^rfx*" + _COUNT,
        (
            rf"(?:twice|thrice)\b|(?:(?<=[)\]\d])|(?<=[)\]\d] ))\^\s?(?P<times1>\d)\b"
            rf"|repeat\w* (?:it |this |by |for )?(?P<times2>{_NUM})?(?:\s?x| times)?\b|for \w+ in range\(\s?(?P<times3>\d)\s?\)"
            rf"|(?:x|\*|times)\s?(?P<times4>{_NUM})(?:\s?times)?\b(?![\d.]*\s?(?:[x*]|\(\d)|\s?(?:conv|kernel|filter|channel))"
            rf"|(?P<times5>{_NUM})\s?(?:x(?=\s*(?:[).,;\n]|$))|times)(?![a-z])"
        ),
    ),
    ("before", _DIGIT, r"(?<![\d.x])(?P<before1>\d)\s?[x*]\s?(?=[(\[⟦k]|conv)"),
    ("pair", "([", r"[(\[]\s?(?P<pair1>\d{1,2})\s?,\s?(?P<pair2>\d{1,2})\s?[)\]]"),
    (
        "size",
        "kfwcs" + _DIGIT,
        (
            r"(?:(?:kernels?|filters?|windows?|conv\w*)[\s_-]{0,2})?(?:sizes?|kernels?)\s?(?:(?:of|=|:|is|with)?\s?){0,3}"
            r"(?P<size1>\d{1,2}(?![\d.]*\s?[x*]\s?\d|\w|[\s-]?(?:filters|channels|layers|by))"
            r"(?:\s?(?:,|and|&|→|\+|then)\s?\d{1,2}(?!\s?[x*]|\w))*)"
            r"|k\s?=\s?(?P<size2>\d{1,2}(?!\w|\.\d)(?:\s?(?:,|and|&|→|\+|then)\s?\d{1,2}(?!\s?[x*]|\w))*)"
            r"|conv(?:2d)?[\s_-]?(?P<size3>\d{1,2})(?!\w|\.\d|\s?[x*]\s?\d|[\s-]by\b)"
            r"|(?<![\d.])(?P<size4>\d) (?P<size5>\d)(?= (?:conv|kernel|filter|layer))"
        ),
    ),
    (
        "reverse",
        "orvsf",
        r"other way (?:a?round|about)|revers\w+|vice[\s-]versa|opposite order|swapp?ed|flipped",
    ),
    (
        "cue",
        "rfcseimogyablntw",
        (
            r"(?:receptive|r\.?f\b|field\b|fov\b|cover\w*|see(?:s|ing|n)?\b|spans?\b|effectiv\w*|equivalen\w*|equals?\b|instead of"
            r"|replac\w*|simulat\w*|mimic\w*|emulat\w*|outputs?\b|inputs?\b|images?\b|giv(?:es?|ing)\b|yield\w*|result\w*|achiev\w*"
            r"|obtain\w*|becom\w*|grow\w*|extend\w*|expand\w*|reach\w*|looks? (?:at|like)\b|like a\b|as an?\b|than a\b|total\b|region\b"
            r"|regards?\b|neighbou?rhood)"
        ),
    ),
    ("because", "bshtr", r"(?:because|since|hence|thus|therefore|reason)\b"),
    ("equals", "=≈≡", r"[=≈≡]"),
    ("quantifier", "eabt", r"(?:each|every\w*|all|both|throughout|always|any)\b"),
    ("mention", "foi", r"(?:for|of|in) (?:the|an?|each|every|all)\b|for\b"),
    ("after", "ap", r"after an?\b|preceded by\b"),
    (
        "join",
        "→+,;|/&:-tfabpionw",
        r"[→+,;|/&:]|(?:then|followed|and|before|plus|into|on top|next|finally|with)\b|(?<= )-(?= )|(?<=\d)-(?=\d{1,2}\s?x)",
    ),
    ("open", "([", r"[(\[]"),
    ("close", ")]", r"[)\]]"),
    ("period", ".!?", r"[.!?](?=\s|\n|$)"),
    ("number", _COUNT + _DIGIT, rf"{_NUM}\b"),
)
REST = r"(?P<word>[A-Za-z']+)|(?P<other>\S)"
