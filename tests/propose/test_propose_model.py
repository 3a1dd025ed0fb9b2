"""A model proposes what the marks bear out, and leaves the rest to people."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("sklearn", reason="the model needs scikit-learn")

from grader.propose import Rule, audit, audited, learn

QUESTION = "Why do gradients vanish in a deep network with sigmoid units?"
REFERENCE = (
    "The derivative of the sigmoid is at most 0.25, and backpropagation multiplies one such factor "
    "for each layer, so the product shrinks exponentially with depth."
)
_WHY = (
    "the derivative of the sigmoid is at most 0.25",
    "the slope of a sigmoid is never larger than 0.25",
    "saturated units have a derivative close to 0",
)
_CHAIN = (
    "the chain rule multiplies one factor per layer",
    "backpropagation takes a product over all layers",
    "these small factors are multiplied layer after layer",
)
_IDLE = (
    "the learning rate was set too large",
    "the data set has too few images",
    "the loss has many local minima",
    "training takes many epochs on a slow computer",
)
_OPEN = ("", "I think that ", "In short, ", "As we saw, ", "Well, ")
_CLOSE = (
    "",
    " This is seen early in training.",
    " That is the whole story.",
    " It hurts the first layers.",
)


def answers(count: int, seed: int, noise: float = 0.05) -> list[tuple[str, Fraction]]:
    """Two ideas are worth a half each; people err now and then."""
    r = random.Random(seed)
    made = []
    for _ in range(count):
        parts, mark = [], Fraction(0)
        for ideas in (_WHY, _CHAIN):
            if r.random() < 0.6:
                parts.append(r.choice(ideas))
                mark += Fraction(1, 2)
            else:
                parts.append(r.choice(_IDLE))
        r.shuffle(parts)
        text = r.choice(_OPEN) + " and ".join(parts) + "." + r.choice(_CLOSE)
        if r.random() < noise:
            mark = r.choice([m for m in (Fraction(0), Fraction(1, 2), Fraction(1)) if m != mark])
        made.append((text, mark))
    return made


HALF = Fraction(1, 2)
LEVELS = (Fraction(0), HALF, Fraction(1))
GOOD = "The derivative of the sigmoid is at most 0.25 and the chain rule multiplies one factor per layer."


def taught(count=160, seed=1, noise=0.05):
    said = answers(count, seed, noise)
    texts, marks = zip(*said, strict=True)
    return learn(texts, marks, LEVELS, question=QUESTION, reference=[REFERENCE])


@pytest.fixture(scope="module")
def model():
    return taught(noise=0)


def test_a_right_answer_in_known_words_is_certain(model):
    (proposal,) = model.propose([GOOD])
    assert proposal.credit == 1
    assert proposal.certain, proposal.why


ADVERSARIAL = {
    "empty": "",
    "unprintable": "\u200b\x00 \n",
    "copy of the question": QUESTION,
    "question turned into an answer": "Gradients vanish in a deep network with sigmoid units.",
    "keywords": "sigmoid derivative product layers depth factors chain rule backpropagation 0.25",
    "keywords with commas": "sigmoid, derivative, 0.25, chain rule, factor, layer, product, backpropagation",
    "negated reference": REFERENCE.replace("is at most", "is not at most").replace(
        "shrinks", "does not shrink"
    ),
    "negated answer": GOOD.replace("is at most", "is not at most"),
    "negated idea": GOOD.replace("multiplies one", "multiplies no"),
    "one number flipped": GOOD.replace("0.25", "0.5"),
    "one number flipped in the reference": REFERENCE.replace("0.25", "4"),
    "one fact flipped": GOOD.replace("sigmoid", "softmax"),
    "one fact flipped in the reference": REFERENCE.replace("shrinks", "grows"),
    "direction flipped": GOOD.replace("at most", "at least"),
    "operation flipped": GOOD.replace("multiplies", "adds"),
    "amount flipped": GOOD.replace("one factor", "two factors"),
    "other question": "Dropout leaves out random units in training so that they do not rely on each other.",
    "padded by itself": (GOOD + " ") * 10,
    "padded by talk": GOOD + " And so it goes on and on for a while, as one may think." * 12,
    "reference ten times": (REFERENCE + "\n") * 10,
    "denied among many ideas": "The slope of a sigmoid is never larger than 0.25. These small factors "
    "are not multiplied layer after layer. Saturated units have a derivative close to 0 and the chain "
    "rule multiplies one factor per layer.",
    "denied at the end": GOOD + " None of this is true.",
    "huge": "sigmoid " * 130_000,
    "one sign": "s",
    "surrogate": "\ud800 sigmoid",
}


@pytest.mark.parametrize("name", ADVERSARIAL)
@pytest.mark.parametrize("count", [30, 160])
def test_tricks_are_never_certain(name, count, model):
    one = model if count == 160 else taught(count)
    (proposal,) = one.propose([ADVERSARIAL[name]])
    assert not proposal.certain
    assert proposal.why


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("empty", "nothing is written"),
        ("unprintable", "nothing is written"),
        ("copy of the question", "words of the question"),
        ("question turned into an answer", "words of the question"),
        ("keywords", "state nothing"),
        ("padded by talk", "far longer"),
        ("padded by itself", "far longer"),
        ("other question", "unlike every marked answer"),
        ("denied among many ideas", "no answer with this mark says"),
        ("huge", "too long"),
    ],
)
def test_a_trick_is_named(name, why, model):
    assert why in model.propose([ADVERSARIAL[name]])[0].why


def test_the_certain_ones_are_wrong_far_less_often_than_all():
    wrong = certain_wrong = count = certain = 0
    for seed in range(6):
        fresh = answers(150, 100 + seed, noise=0)
        proposals = taught(60, seed).propose([text for text, _ in fresh])
        for proposal, (_, mark) in zip(proposals, fresh, strict=True):
            count, wrong = count + 1, wrong + (proposal.credit != mark)
            if proposal.certain:
                certain, certain_wrong = certain + 1, certain_wrong + (proposal.credit != mark)
    assert certain > count / 20
    assert certain_wrong / certain < wrong / count / 2


@pytest.mark.parametrize("copies", [1, 4])
def test_marks_that_hang_on_nothing_make_nothing_certain_but_what_was_marked(copies):
    chance = random.Random(5)
    said = [
        (text, chance.choice((LEVELS[0], LEVELS[2]))) for text in {t: 1 for t, _ in answers(60, 9)}
    ]
    said *= copies  # whoever copies tells a model nothing new
    texts, marks = zip(*said, strict=True)
    made = learn(texts, marks, LEVELS)
    assert made.threshold is None
    proposals = made.propose([t for t, _ in answers(100, 10)])
    assert not [p for p in proposals if p.certain and p.why == "like answers with this mark"]


def test_a_few_right_guesses_do_not_bear_out_new_words():
    fresh = [text for text, _ in answers(200, 77)]
    for seed in range(4):
        proposals = taught(20, seed, noise=0).propose(fresh)
        assert {p.why for p in proposals if p.certain} <= {"the same words as a marked answer"}


@pytest.mark.parametrize("count", [0, 1, 5, 11])
def test_under_twelve_marks_nothing_is_certain(count):
    said = answers(count, 3)
    made = learn([t for t, _ in said], [m for _, m in said], LEVELS)
    proposals = made.propose([t for t, _ in said] + [GOOD])
    assert not any(p.certain for p in proposals)
    assert all((p.credit is None) == (count == 0) for p in proposals)


def test_where_all_marks_are_the_same_nothing_is_certain():
    texts = [t for t, _ in answers(40, 3)]
    proposals = learn(texts, [Fraction(1)] * 40, LEVELS).propose(texts)
    assert not any(p.certain for p in proposals)


def test_the_same_words_with_two_marks_wait_for_a_person():
    texts, marks = map(list, zip(*answers(60, 4), strict=True))
    made = learn([*texts, GOOD, GOOD], [*marks, Fraction(1), Fraction(0)], LEVELS)
    (proposal,) = made.propose([GOOD])
    assert not proposal.certain


def test_a_mark_that_goes_against_all_like_answers_is_not_copied():
    said = [one for one in answers(160, 1, noise=0) if "at most" not in one[0] or one[1] != 1]
    texts, marks = map(list, zip(*said, strict=True))
    made = learn([*texts, GOOD], [*marks, Fraction(0)], LEVELS)
    (proposal,) = made.propose([GOOD])
    assert (proposal.certain, proposal.nearest) == (False, len(texts))
    assert "another mark than answers like it" in proposal.why


def test_the_model_never_gives_more_than_certain_rules_allow(model):
    capped, free, apart = model.propose(
        [GOOD] * 3, rules=[Rule(credit=HALF, certain=True), None, Rule(credit=Fraction(0))]
    )
    assert (capped.credit, capped.certain) == (HALF, False)
    assert (free.credit, free.certain) == (1, True)
    assert not apart.certain


def test_what_rules_say_is_learned_from():
    r = random.Random(2)
    texts = [
        f"answer about {r.choice(['cats', 'dogs', 'owls'])} and {r.choice('pqrs')}"
        for _ in range(60)
    ]
    rules = [Rule(credit=r.choice(LEVELS)) for _ in texts]
    made = learn(texts, [rule.credit for rule in rules], LEVELS, rules=rules)
    found = made.propose(
        ["answer about cats and t"] * 2, rules=[Rule(credit=LEVELS[0]), Rule(credit=LEVELS[2])]
    )
    assert [p.credit for p in found] == [0, 1]


def test_a_proposal_names_the_marked_answer_it_rests_on():
    texts, marks = map(list, zip(*answers(30, 6), strict=True))
    texts.insert(11, "Softmax outputs lie on a simplex, which is beside the point.")
    marks.insert(11, Fraction(0))
    (proposal,) = learn(texts, marks, LEVELS).propose(["softmax outputs lie on a simplex"])
    assert proposal.nearest == 11


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.text("ab \n.0not", max_size=12), st.sampled_from(LEVELS)), max_size=30),
    st.lists(st.one_of(st.text(max_size=10), st.text("ab .0not", max_size=12)), max_size=4),
    st.randoms(use_true_random=False),
)
def test_proposals_rest_on_the_given_marks_alone(said, fresh, chance):
    def made(pairs):
        return learn([t for t, _ in pairs], [m for _, m in pairs], LEVELS).propose(fresh)

    proposals = made(said)
    mixed = list(said)
    chance.shuffle(mixed)
    for one, other in zip(proposals, made(mixed), strict=True):
        assert (one.credit, one.error, one.certain) == (other.credit, other.error, other.certain)
        assert one.credit in {None if not said else one.credit} | {m for _, m in said}
        assert 0 <= one.error <= 1
        if said:
            assert one.credit in {m for _, m in said}
    assert proposals == made(said)


@pytest.mark.parametrize(
    ("texts", "marks"), [(["a"], []), (["a"], [Fraction(3, 2)]), (["a"], [Fraction(-1)])]
)
def test_marks_that_are_no_shares_are_refused(texts, marks):
    with pytest.raises(ValueError):
        learn(texts, marks, LEVELS)


def test_the_audit_draws_the_same_tenth_in_any_order():
    ids = [f"student{n}" for n in range(95)]
    drawn = audited(ids, 4)
    assert len(drawn) == 10
    assert drawn == audited(reversed(ids), 4)
    assert drawn != audited(ids, 5)
    assert drawn <= set(ids)


def test_the_audit_draws_every_answer_alike():
    ids = [str(n) for n in range(20)]
    times = dict.fromkeys(ids, 0)
    for seed in range(600):
        for one in audited(ids, seed):
            times[one] += 1
    assert all(30 <= t <= 95 for t in times.values())


def test_an_audit_shows_the_model_beside_two_people():
    full = Fraction(1)
    pairs = [(full, full)] * 8 + [(HALF, full), (Fraction(0), full)] + [(HALF, HALF)] * 2
    found = audit(pairs, HALF, second=[(full, HALF)] * 3 + [(HALF, HALF)] * 3)
    assert (found.model.count, found.model.exact, found.model.within) == (12, 10, 11)
    assert found.people is not None
    assert found.people.exact == 3
    assert audit(pairs, HALF).people is None


def test_the_audits_kappa_is_that_of_the_class_statistics():
    from grader.statistics import agreement

    r = random.Random(8)
    pairs = [(r.choice(LEVELS), r.choice(LEVELS)) for _ in range(50)]
    assert audit(pairs, HALF).model.kappa == agreement(pairs).kappa


def test_the_share_that_may_be_wrong_is_that_of_the_binomial():
    from grader.propose._errors import upper

    for wrong, count in ((0, 22), (1, 40), (5, 30)):
        share = upper(wrong, count)
        chance = sum(
            math.comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(wrong + 1)
        )
        assert chance == pytest.approx(0.1)
    assert upper(3, 3) == 1
