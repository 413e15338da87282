"""The watch on the real database with a clock that the test moves: what it records, when, and only once."""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reverie.clinic.kernel import clock, trouble
from reverie.clinic.kernel.models import Entry
from reverie.clinic.people.models import SignIn
from reverie.clinic.rulebook import acts as rulebook
from reverie.clinic.rulebook import kinds as kinds_of_rules
from reverie.clinic.rulebook import questions as rulebook_questions
from reverie.clinic.session import acts, folds, lease, watch_state
from reverie.clinic.session.models import Lease, Session
from reverie.science.session.events import VitalsRecorded
from reverie.science.vitals.alarms.body import body_of
from reverie.science.vitals.alarms.defaults import DEFAULTS
from tests import cast as people
from tests.cast import Cast
from tests.clinic.session.looking import Bedside, Looker, alarms, groups, kinds
from tests.clinic.session.made import brought_to, opened
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[clock.FakeClock]:
    """A clock that the test moves."""
    monkeypatch.setattr(watch_state, "_seen", None)
    for code in trouble.WORDS:
        trouble.clear(code)
    fake = clock.FakeClock(NOON)
    with clock.replaced_by(fake):
        yield fake


@pytest.fixture
def made(now: clock.FakeClock) -> Cast:
    """Everybody, in a clinic with signed rules."""
    everybody = people.make()
    people.sign_rules(everybody.clinic)
    return everybody


@pytest.fixture
def looker(now: clock.FakeClock) -> Iterator[Looker]:
    """A watch."""
    one = Looker()
    yield one
    one.end()
    one.gone()


def infusing(made: Cast, place: int = 0) -> Session:
    """A session with a running infusion, an answered set of today and a monitor that is well."""
    session = brought_to(opened(made, place), made, "preflight", "ready")
    acts.report_infusion(made.nurse, session, "started", "", rate_ml_per_h=Decimal(52))
    session.refresh_from_db()
    return session


def open_now(session: Session, group: str) -> bool:
    return any(one.group == group and one.cleared_ms is None for one in alarms(session))


def test_a_value_is_judged_with_the_next_look(made: Cast, looker: Looker, now: clock.FakeClock) -> None:
    session = infusing(made)
    bed = Bedside(now, session, looker)
    bed.during(5)
    assert groups(session) == []
    bed.during(3, spo2="75")
    (alarm,) = alarms(session)
    assert (alarm.group, alarm.priority, alarm.source) == ("spo2_low", "high", "watch")
    assert alarm.recorded_ms == alarm.raised_ms <= clock.to_ms(now.now())


def test_what_is_absent_is_noticed_with_every_second(
    made: Cast, looker: Looker, now: clock.FakeClock
) -> None:
    session = infusing(made)
    bed = Bedside(now, session, looker)
    bed.during(10)
    bed.silence(60)
    assert open_now(session, "check_patient") or open_now(session, "link_lost"), groups(session)


def test_looking_again_says_nothing_twice(made: Cast, looker: Looker, now: clock.FakeClock) -> None:
    session = infusing(made)
    Bedside(now, session, looker).during(5, spo2="75")
    before = folds.fold_of(session.stream).seq
    for _ in range(5):
        looker.turn()
    assert folds.fold_of(session.stream).seq == before


def test_before_the_first_watch_nothing_was_missed_and_what_holds_is_raised(
    made: Cast, looker: Looker, now: clock.FakeClock
) -> None:
    session = infusing(made)
    bed = Bedside(now, session)
    bed.during(20, spo2="75")
    bed.during(90)
    onset_ms = clock.to_ms(now.now())
    bed.during(5, spo2="76")
    looker.turn()
    (alarm,) = alarms(session)
    assert alarm.group == "spo2_low"
    assert onset_ms < alarm.onset_ms <= onset_ms + 3_000
    assert alarm.raised_ms >= onset_ms + 5_000


def test_what_came_and_went_while_nobody_watched_is_recorded_as_such(
    made: Cast, now: clock.FakeClock
) -> None:
    session = infusing(made)
    first, second = Looker(), Looker()
    bed = Bedside(now, session, first)
    bed.during(5)
    first.gone()
    bed.looker = None
    bed.during(20)
    before_ms = clock.to_ms(now.now())
    bed.during(3, spo2="75")
    bed.during(100)
    assert groups(session) == []
    second.turn()
    (alarm,) = alarms(session)
    assert alarm.group == "spo2_low"
    assert before_ms < alarm.onset_ms <= alarm.raised_ms <= before_ms + 4_000
    assert alarm.cleared_ms is not None
    assert alarm.cleared_ms < alarm.recorded_ms == clock.to_ms(now.now())
    # it is told, to be seen and answered, and does not sound any more
    assert alarm.silent
    state = folds.fold_of(session.stream).state
    assert state.deviations == ()
    # and it goes on from there
    bed.looker = second
    bed.during(3)
    bed.during(3, spo2="74")
    assert groups(session) == ["spo2_low", "spo2_low"]
    second.end()
    second.gone()


def test_a_killed_watch_loses_and_doubles_nothing(made: Cast, now: clock.FakeClock) -> None:
    session = infusing(made)
    bed = Bedside(now, session)
    looker = Looker()
    bed.looker = looker
    bed.during(5)
    for second in range(12):
        if second % 3 == 2:
            looker.gone()
            looker = Looker()
            bed.looker = looker
        bed.during(1, spo2="75")
    now.advance(lease.LASTS_S)
    looker.turn()
    assert groups(session) == ["spo2_low"]
    assert folds.fold_of(session.stream).state.deviations == ()
    looker.end()
    looker.gone()


def test_of_two_watches_one_waits_and_a_paused_one_cannot_write(made: Cast, now: clock.FakeClock) -> None:
    session = infusing(made)
    first, second = Looker(), Looker()
    bed = Bedside(now, session)
    for _ in range(5):
        now.advance(1)
        bed.send()
        first.turn()
        second.turn()
    assert (first.watch.holds_the_lease, second.watch.holds_the_lease) == (True, False)
    assert second.said == ["Another watch is at work; this one waits."]
    # the first is stopped, as SIGSTOP does
    for _ in range(4):
        now.advance(1)
        bed.send(spo2="75")
        second.turn()
    assert second.watch.holds_the_lease
    assert groups(session) == ["spo2_low"]
    now.advance(1)
    bed.send(spo2="75", hr="30", pr="30")
    before = folds.fold_of(session.stream).seq
    first.turn()
    assert not first.watch.holds_the_lease
    assert folds.fold_of(session.stream).seq == before
    assert first.said[-1] == "Another watch has taken over; this one waits."
    for _ in range(15):
        now.advance(1)
        bed.send(spo2="75", hr="30", pr="30")
        first.turn()
        second.turn()
    assert sorted(groups(session)) == ["hr_low", "spo2_low"]
    second.end()
    first.turn()
    assert first.watch.holds_the_lease
    for one in (first, second):
        one.end()
        one.gone()


@pytest.mark.parametrize("seconds", [3_600, -3_600, 2.5])
def test_a_step_of_the_clock_is_said_once_and_moves_nothing(
    made: Cast, looker: Looker, now: clock.FakeClock, seconds: float
) -> None:
    sessions = [infusing(made, place) for place in range(2)]
    beds = [Bedside(now, session) for session in sessions]
    for second in range(40):
        now.advance(1)
        if second == 20:
            now.step(seconds)
        for bed in beds:
            bed.send()
        looker.turn()
    for session in sessions:
        steps = folds.fold_of(session.stream).state.clock_steps
        assert [by_ms for _seq, by_ms in steps] == [pytest.approx(seconds * 1_000, abs=2)]
        assert groups(session) == []
    beds[0].looker = looker
    beds[0].during(3, spo2="75")
    (alarm,) = alarms(sessions[0])
    assert 0 <= clock.to_ms(now.now()) - alarm.onset_ms < 3_000
    assert folds.fold_of(sessions[0].stream).state.deviations == ()


def test_a_step_while_nobody_watched_is_said_too(made: Cast, now: clock.FakeClock) -> None:
    session = infusing(made)
    first, second = Looker(), Looker()
    Bedside(now, session, first).during(5)
    first.gone()
    now.advance(10)
    now.step(-3_600)
    second.turn()
    second.turn()
    state = folds.fold_of(session.stream).state
    assert [by_ms for _seq, by_ms in state.clock_steps] == [pytest.approx(-3_600_000, abs=2)]
    second.end()
    second.gone()


def test_what_cannot_be_written_is_said_and_tried_again(
    made: Cast, looker: Looker, now: clock.FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import connection, transaction

    if connection.vendor != "sqlite":
        pytest.skip("holds the file")
    monkeypatch.setattr("reverie.clinic.session.watch.PATIENCE_MS", 20)
    session = infusing(made)
    bed = Bedside(now, session, looker)
    bed.during(3)
    bed.looker = None
    bed.during(5, spo2="75")
    at_ms = clock.to_ms(now.now())
    with transaction.atomic():  # holds the one lock
        assert not looker.turn()
        now.advance(1)
        assert not looker.turn()
        assert trouble.LOCKED in trouble.own()
    assert not watch_state.runs() or watch_state.age_ms() >= 1_000
    assert looker.turn()
    (alarm,) = alarms(session)
    assert alarm.onset_ms <= at_ms == clock.to_ms(now.now()) - 1_000
    now.advance(0.3)
    assert watch_state.runs()


def test_nobody_saw_it_so_others_are_called(made: Cast, looker: Looker, now: clock.FakeClock) -> None:
    session = infusing(made)
    other = infusing(made, 1)
    bed = Bedside(now, session, looker)
    acts.come(made.nurse, session, "")
    for user in (made.nurse, made.users["prescriber"], made.users["therapist"]):
        SignIn.objects.create(
            user=user,
            how="totp",
            began_at=now.now(),
            seen_at=now.now(),
            proven_at=now.now(),
            strong_at=now.now(),
        )
    bed.during(70, spo2="75")
    (alarm,) = [one for one in alarms(session) if one.group == "spo2_low"]
    prescriber = made.users["prescriber"]
    assert alarm.escalated_to == ((str(prescriber.pk), prescriber.name),)
    assert kinds(session).count("alarm_escalated") == 1
    bed.during(70, spo2="75")
    assert [one for one in kinds(session) if one == "alarm_escalated"].count("alarm_escalated") >= 1
    assert other.is_open


def test_a_closed_session_is_watched_no_longer(made: Cast, looker: Looker, now: clock.FakeClock) -> None:
    session = brought_to(opened(made), made)
    looker.turn()
    before_ms = clock.to_ms(now.now())
    brought_to(session, made, "cancelled", "closed")
    before = folds.fold_of(session.stream).seq
    for _ in range(300):
        now.advance(1)
        looker.turn()
    assert folds.fold_of(session.stream).seq == before
    # nothing of it holds up what is known to be judged
    assert Lease.objects.get().looked_ms >= before_ms + 298_000


def put_in_force(made: Cast, **timing: int) -> None:
    """An edition of the alarm rules with other timing, signed and in force."""
    director = made.users["medical_director"]
    kind = kinds_of_rules.of("alarm_rules")
    assert kind is not None
    other = replace(DEFAULTS, timing=replace(DEFAULTS.timing, **timing))
    edition = rulebook.write(director, kind, body_of(other))
    against = rulebook_questions.shelf(made.clinic.pk, kind).holds
    rulebook.sign(
        director, kind, edition, seen=edition.content_hash, against=against.number if against else 0
    )
    rulebook.put_in_force(director, kind, edition)


def test_rules_that_come_into_force_in_a_session_are_said_and_hold_from_there(
    made: Cast, looker: Looker, now: clock.FakeClock
) -> None:
    session = infusing(made)
    bed = Bedside(now, session, looker)
    bed.during(3)
    assert kinds(session).count("rules_applied") == 2
    first = folds.fold_of(session.stream).state.rules["alarm_rules"]
    assert first.number == 1
    bed.during(3, spo2="75")
    put_in_force(made, escalate_high_s=30)
    bed.during(2, spo2="75")
    second = folds.fold_of(session.stream).state.rules["alarm_rules"]
    assert (second.number, kinds(session).count("rules_applied")) == (2, 3)
    bed.during(30, spo2="75")
    (alarm,) = alarms(session)
    assert alarm.escalated_ms is not None
    # nobody is signed in, and that is what is said
    assert alarm.escalated_to == ()


def scene(rng: random.Random, seconds: int) -> list[dict[str, str | None] | None]:
    """What a monitor sends each second; None for nothing."""
    found: list[dict[str, str | None] | None] = []
    while len(found) < seconds:
        what = rng.choice(
            ({}, {}, {"spo2": "75"}, {"spo2": "88"}, {"hr": "30", "pr": "30"}, {"spo2": None}, None)
        )
        found += [what] * rng.randint(3, 40)
    return found[:seconds]


def told(session: Session, begun_ms: int) -> list[tuple[object, ...]]:
    """What the record says of alarms, by the time since the scene began."""
    state = folds.fold_of(session.stream).state
    assert state.deviations == ()
    return sorted(
        (
            one.group, one.subject, one.rule, one.priority, one.onset_ms - begun_ms,
            None if one.cleared_ms is None else one.cleared_ms - begun_ms,
        )
        for one in state.alarms.values()
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(scale(test=2, soak=60)))
def test_a_watch_that_is_killed_at_any_moment_tells_the_same(
    made: Cast, now: clock.FakeClock, seed: int
) -> None:
    rng = random.Random(seed)
    play = scene(rng, 240)
    results = []
    for place, kills in enumerate((False, True)):
        session = infusing(made, place)
        looker = Looker()
        assert looker.turn()
        bed, begun_ms, away = Bedside(now, session), clock.to_ms(now.now()), 0
        for second, values in enumerate(play):
            now.advance(1)
            if values is not None:
                bed.send(**values)
            away -= 1
            if away > 0:
                continue
            if away == 0:
                looker = Looker()
            if kills and second < 160 and rng.random() < 0.05:
                looker.gone()
                away = rng.randint(4, 60)
                continue
            looker.turn()
        results.append(told(session, begun_ms))
        looker.end()
        looker.gone()
    assert results[0] == results[1]
    assert results[0]


def test_a_session_that_cannot_be_judged_hinders_no_other_and_is_not_hushed_up(
    made: Cast, looker: Looker, now: clock.FakeClock
) -> None:
    broken, sound = infusing(made), infusing(made, 1)
    looker.turn()
    now.advance(1)
    looker.turn()
    assert watch_state.runs()
    # somebody has changed the file
    bed = Bedside(now, broken)
    bed.during(1)
    Entry.objects.filter(head__stream=broken.stream, kind="readings").update(actor="nobody")
    Bedside(now, sound, looker).during(5, spo2="75")
    assert groups(sound) == ["spo2_low"]
    assert not watch_state.runs()


def test_content_that_is_taken_out_is_out_of_what_is_judged_from(
    made: Cast, looker: Looker, now: clock.FakeClock
) -> None:
    session = infusing(made)
    bed = Bedside(now, session, looker)
    bed.during(3)
    acts.note(made.nurse, session, "somebody else", "")
    seq = folds.fold_of(session.stream).seq
    bed.during(2)
    acts.redact(made.users["medical_director"], session, seq, "another person", "")
    bed.during(2)
    rounds = looker.watch._rounds
    assert rounds is not None
    assert "somebody" not in repr([one.watched.state for one in rounds._beds.values()])
    bed.during(3, spo2="75")
    assert groups(session) == ["spo2_low"]


def test_a_set_that_is_corrected_is_judged_as_it_stands(
    made: Cast, looker: Looker, now: clock.FakeClock
) -> None:
    session = infusing(made)
    bed = Bedside(now, session, looker)
    bed.during(3)
    acts.record_vitals(made.nurse, session, {"nibp_sys": Decimal(210), "nibp_dia": Decimal(105)}, "")
    seq = folds.fold_of(session.stream).seq
    bed.during(2)
    (alarm,) = alarms(session)
    assert (alarm.group, alarm.priority) == ("bp_high", "high")
    right = VitalsRecorded(None, acts.rows_by_hand({"nibp_sys": Decimal(120), "nibp_dia": Decimal(75)}))
    acts.correct(made.nurse, session, seq, "vitals_recorded", right, "a slip", "")
    bed.during(70)
    (alarm,) = alarms(session)
    assert alarm.cleared_ms is not None


def test_what_is_known_does_not_grow_with_time(made: Cast, looker: Looker, now: clock.FakeClock) -> None:
    session = infusing(made)
    bed = Bedside(now, session, looker)
    sizes = []
    for _ in range(4):
        bed.during(60)
        rounds = looker.watch._rounds
        assert rounds is not None
        (known,) = rounds._beds.values()
        sizes.append(len(pickle.dumps(known.watched.memory)))
    assert sizes[3] < 1.2 * sizes[1]
