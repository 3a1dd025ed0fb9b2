"""Laws of the table of leases, whatever comes in whatever order."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from grader.sandbox.devices.table import Table
from tests.sandbox.devices.pretended import card

CARDS = (card("small", 4000), card("big", 16000), card("slice", 4000, parent="whole"))
NAMED = ("ann", "bob")
STUDENTS = ("ann", "bob", "carl", "dora")


class AnyOrder(RuleBasedStateMachine):
    """Tickets come, leases end, devices fail: the laws hold after each."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.asked: dict[int, tuple[str, int]] = {}

    def advance(self) -> None:
        given = [self.table.get(number) for number, _ in self.table.advance(CARDS, NAMED)]
        for ticket in self.table.waiting():
            if ticket.called and all(map(ticket.fits, CARDS)):
                for one in given:
                    assert one is not None
                    first = (one.called, one.number) < (ticket.called, ticket.number)
                    assert first, "one that was called was overtaken"

    @rule(
        student=st.sampled_from(STUDENTS),
        memory=st.sampled_from([0, 1000, 3000, 9000]),
        shares=st.booleans(),
    )
    def ask(self, student: str, memory: int, shares: bool) -> None:
        number = self.table.ask(student, "hw1", memory_mb=memory, shares=shares)
        self.asked[number] = student, memory
        self.advance()

    def _holding(self) -> list[int]:
        return [one.number for one in self.table.tickets if one.device]

    @precondition(lambda self: self._holding())
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self._holding()))
        self.table.end(number)
        self.advance()

    @precondition(lambda self: self._holding())
    @rule(data=st.data())
    def ready(self, data: st.DataObject) -> None:
        ticket = self.table.get(data.draw(st.sampled_from(self._holding())))
        assert ticket is not None
        device = next(one for one in CARDS if one.uuid == ticket.device)
        if not ticket.ready and self.table.is_dirty(device.uuid, ticket.student):
            self.table.cleaned(device)
        ticket.ready = True
        self.advance()

    @rule(which=st.integers(0, 2))
    def fails(self, which: int) -> None:
        held = {one.number for one in self.table.on(CARDS[which].uuid)}
        again = self.table.take_out(CARDS[which], "it fell off the bus", 0.0)
        assert set(again) == held
        waiting = {one.number for one in self.table.waiting()}
        assert held <= waiting, "its jobs wait again"
        self.advance()

    @rule(which=st.integers(0, 2))
    def comes_back(self, which: int) -> None:
        if CARDS[which].uuid in self.table.out:
            self.table.bring_back(CARDS[which].uuid)
            self.advance()

    @rule()
    def is_written_and_read(self) -> None:
        again = Table.from_data(json.loads(json.dumps(self.table.as_data())))
        assert again == self.table
        self.table = again

    @invariant()
    def two_students_never_share_unless_both_are_named(self) -> None:
        for device in CARDS:
            students = {one.student for one in self.table.on(device.uuid)}
            assert len(students) <= 1 or students <= set(NAMED)

    @invariant()
    def only_who_shares_is_beside_others_and_within_the_memory(self) -> None:
        for device in CARDS:
            there = self.table.on(device.uuid)
            assert len(there) <= 1 or all(one.shares for one in there)
            assert sum(one.memory_mb for one in there) <= device.memory_mb

    @invariant()
    def nobody_has_a_device_that_is_out(self) -> None:
        for device in CARDS:
            assert not (self.table.is_out(device) and self.table.on(device.uuid))

    @invariant()
    def nobody_waits_while_a_device_that_fits_is_free(self) -> None:
        for ticket in self.table.waiting():
            for device in CARDS:
                free = not self.table.is_out(device) and not self.table.on(device.uuid)
                assert not (free and ticket.fits(device)), (ticket, device)

    @invariant()
    def tickets_of_one_student_keep_their_order(self) -> None:
        """A later one is served first only where the earlier one cannot be: it needs more."""
        for student in STUDENTS:
            own = [one for one in self.table.waiting() if one.student == student]
            for first, second in pairwise(own):
                assert first.number < second.number or first.called <= second.called

    @invariant()
    def nothing_is_lost(self) -> None:
        numbers = {one.number for one in self.table.tickets}
        assert numbers <= set(self.asked)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def serve_all(table: Table, cards: tuple[object, ...] = (card("G0"),)) -> list[str]:
    """Let one lease after another end; return the submissions in the order of their turns."""
    order: list[str] = []
    while table.tickets:
        table.advance(cards)  # type: ignore[arg-type]
        held = [one for one in table.tickets if one.device]
        assert held, "somebody waits for ever"
        order.append(held[0].submission)
        table.end(held[0].number)
    return order


def test_students_take_turns_and_ones_own_tickets_keep_their_order() -> None:
    table = Table()
    for submission in ("ann 1", "ann 2", "ann 3", "bob 1", "carl 1", "bob 2"):
        table.ask(submission.split()[0], submission)
    order = serve_all(table)
    assert order == ["ann 1", "bob 1", "carl 1", "ann 2", "bob 2", "ann 3"]
    for student in ("ann", "bob"):
        own = [one for one in order if one.startswith(student)]
        assert own == sorted(own)


def test_a_stream_of_newcomers_cannot_starve_a_second_ticket() -> None:
    table, served = Table(), []
    table.ask("ann", "first")
    table.ask("ann", "second")
    for newcomer in range(50):
        table.ask(f"new{newcomer}", f"new{newcomer}")
        table.advance((card("G0"),))
        (held,) = (one for one in table.tickets if one.device)
        served.append(held.submission)
        table.end(held.number)
    assert "second" in served[:5]


def test_small_tickets_cannot_starve_one_that_needs_the_big_device() -> None:
    cards, table = (card("small", 4000), card("big", 16000)), Table()
    table.ask("ann", "small 0", memory_mb=1000)
    table.ask("bob", "small 1", memory_mb=1000)
    table.advance(cards)
    table.ask("carl", "needs the big one", memory_mb=9000)
    for number in range(2, 30):
        table.ask("dora", f"small {number}", memory_mb=1000)
        table.advance(cards)
        held = [one for one in table.tickets if one.device]
        if any(one.student == "carl" for one in held):
            return
        table.end(held[-1].number)
    raise AssertionError("carl waits for ever")


def test_a_device_in_use_is_not_kept_from_another_student_by_ones_own_small_jobs() -> None:
    table, cards = Table(), (card("G0"),)
    table.ask("ann", "1", memory_mb=1000, shares=True)
    table.advance(cards)
    held = table.on("G0")[0]
    table.cleaned(cards[0])
    held.ready = True
    table.ask("bob", "1", memory_mb=1000)
    table.ask("ann", "2", memory_mb=1000, shares=True)
    table.advance(cards)
    assert [one.submission for one in table.on("G0")] == ["1"], "ann's second waits behind bob"
    table.end(held.number)
    table.advance(cards)
    assert [one.student for one in table.on("G0")] == ["bob"]


def test_small_jobs_of_one_student_share_a_device_within_its_memory() -> None:
    table, cards = Table(), (card("G0", 8000),)
    for number in range(4):
        table.ask("ann", str(number), memory_mb=3000, shares=True)
    table.advance(cards)
    assert len(table.on("G0")) == 1, "nobody comes beside one whose device is being emptied"
    table.cleaned(cards[0])
    table.on("G0")[0].ready = True
    table.advance(cards)
    assert len(table.on("G0")) == 2, "a third would need more than is there"


def test_a_device_counts_as_used_by_somebody_until_it_was_emptied() -> None:
    table, cards = Table(), (card("G0"),)
    first = table.ask("ann", "1")
    table.advance(cards)
    assert table.is_dirty("G0", "ann"), "nobody knows what was there before us"
    table.cleaned(cards[0])
    assert not table.is_dirty("G0", "ann")
    table.end(first)
    again = table.ask("ann", "2")
    table.advance(cards)
    assert not table.is_dirty("G0", "ann"), "her own"
    table.end(again)
    table.ask("bob", "1")
    table.advance(cards)
    assert table.is_dirty("G0", "bob")
