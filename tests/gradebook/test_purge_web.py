"""A student who is purged is gone from the review, the desk and the accounts too."""

from fractions import Fraction

import sqlalchemy as sa

from grader.gradebook.audit import entries
from grader.gradebook.book import new_row
from grader.gradebook.decisions import decisions
from grader.gradebook.purge import purge
from grader.gradebook.tables import (
    account,
    account_subject,
    act,
    act_comment,
    act_decision,
    comment,
    decision,
    handed_in,
    metadata,
    one_time,
    request,
    request_answer,
    second_mark,
    signed_in,
)
from tests.gradebook.making import NOON, both, grade, hand_in, roster, sha

ROSTER = "id,name,email\nada4711,Ada Lovelace,countess@x.org\nbob,Bob,bob@x.org\n"
HERS = ("ada4711", "lovelace", "countess", "zanzibar")
BY = {"author": "Ann", "at": NOON}


def _course(book):
    """Ada and Bob were marked in one step, Ada alone in another; both asked and signed in."""
    roster(book, ROSTER)
    ada, bob = hand_in(book, "ada4711", "her text"), hand_in(book, "bob", "his text")
    grade(book, {ada: both(3), bob: both(2)})
    for text in ("sent by ada", "sent by both"):
        book.store.put(text.encode())

    def do(connection):
        def row(table, **values):
            return new_row(connection, table, **values)

        def step(told, *whose):
            made = row(act, assignment_id=1, what="mark", part="1", told=told, **BY)
            for of in whose:
                one = row(
                    decision, submission_id=of, part="1", kind="hand", points=Fraction(1),
                    reason=told["reason"], **BY,
                )  # fmt: skip
                said = row(comment, submission_id=of, part="1", text=told["reason"], **BY)
                connection.execute(sa.insert(act_decision).values(act_id=made, decision_id=one))
                connection.execute(sa.insert(act_comment).values(act_id=made, comment_id=said))
            return made

        both_of = step({"reason": "well said"}, ada.id, bob.id)
        hers = step({"reason": "Zanzibar alone"}, ada.id)
        row(act, assignment_id=1, what="undo", part="1", told={}, undoes=hers, **BY)
        for held, key, word in ((ada, "ada4711", "Zanzibar"), (bob, "bob", "mine")):
            row(second_mark, submission_id=held.id, part="1", reason=word, **BY)
            asked = row(request, submission_id=held.id, part="1", text=word, author=key, at=NOON, result_id=None)  # fmt: skip
            row(request_answer, request_id=asked, outcome="kept", text=word, **BY)
            who = row(account, name=f"{key}@x", role="student", key=key, made=NOON)
            row(account_subject, account_id=who, issuer="lms", subject=f"sub {word}")
            connection.execute(sa.insert(signed_in).values(
                digest=sha(key), account_id=who, csrf="c", began=NOON, seen=NOON, ends=NOON))  # fmt: skip
            connection.execute(
                sa.insert(one_time).values(digest=sha(key), account_id=who, made=NOON, ends=NOON)
            )
        row(account, name="Ann", role="marker", made=NOON)
        for key, texts in (("countess@x.org", ("sent by ada", "sent by both")), ("bob", ("sent by both",))):  # fmt: skip
            row(handed_in, assignment_id=1, key=key, purpose="check", at=NOON, digest="d",
                files=[["a.md", sha(text), 9] for text in texts], state="done")  # fmt: skip
        return both_of, hers

    return bob, *book.write(do)


def _rows(book):
    def ask(connection):
        return {t.name: connection.execute(sa.select(t)).all() for t in metadata.sorted_tables}

    return book.read(ask)


def test_no_row_of_the_review_or_the_desk_is_left_and_nobody_else_loses_one(book):
    bob, both_of, hers = _course(book)
    before = str(_rows(book)).casefold()
    assert [word for word in HERS if word not in before] == []

    purge(book, "ada4711")

    after = _rows(book)
    assert [word for word in HERS if word in str(after).casefold()] == []
    once = ("second_mark", "request", "request_answer", "account_subject", "signed_in", "one_time", "handed_in")  # fmt: skip
    assert {name: len(after[name]) for name in once} == dict.fromkeys(once, 1)
    assert {row.name for row in after["account"]} == {"bob@x", "Ann"}
    # the step for both still holds for Bob, with its words; of hers only that there was one
    told = {row.id: row.told for row in after["act"]}
    assert told[both_of] == {"reason": "well said"}
    assert told[hers] == {}
    assert [one.points for one in book.read(lambda c: decisions(c, [bob.id]))[bob.id]] == [1]
    assert sha("sent by ada") not in set(book.store.digests())
    assert sha("sent by both") in set(book.store.digests())
    assert [entry.what for entry in entries(book)][-1] == "purge"


def test_what_a_model_proposed_for_who_is_purged_goes_and_stays_for_others(book):
    ada, bob = hand_in(book, "ada4711", "her text"), hand_in(book, "bob", "his text")
    grade(book, {ada: both(3), bob: both(2)})
    told = {"audited": [[ada.id, "3"], [bob.id, "2"]], "release": 1}
    row = {"what": "model", "part": "1", "told": told, **BY}
    book.write(lambda c: new_row(c, act, assignment_id=1, **row))
    purge(book, "ada4711")
    (left,) = _rows(book)["act"]
    assert left.told == {"audited": [[bob.id, "2"]], "release": 1}


def test_one_with_an_account_alone_is_purged_and_markers_stay(book):
    made = {"role": "student", "made": NOON}
    rows = [{"name": "eve", "key": "e1", **made}, {"name": "Ann", "key": "", **made}]
    book.write(lambda c: c.execute(sa.insert(account), rows))
    purge(book, "e1")
    assert [row.name for row in _rows(book)["account"]] == ["Ann"]
