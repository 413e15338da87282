"""Which rules hold for a clinic's sessions: signed ones, else assumed ones; and no session without any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from reverie.clinic.kernel import clock, ledger
from reverie.clinic.kernel.models import Edition
from reverie.clinic.rulebook import acts, kinds
from reverie.clinic.rulebook.kinds import Unreadable
from reverie.clinic.rulebook.paths import ABSENT, with_value
from reverie.clinic.session import acts as sessions
from reverie.clinic.session.appending import Declined
from reverie.clinic.session.rule_kinds import Held, RulesInForce, in_force
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Limit, Profile
from tests.cast import Cast, sign_rules

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
RULES, PROFILE = kinds.every()
SPO2 = ("rules", "spo2-low", "predicate", "steps", "0", "limit")


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(AT)) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


def put(cast: Cast, kind: kinds.Kind, body: Any, at: datetime | None = None) -> Edition:
    """A signed edition, in force."""
    director = cast.users["medical_director"]
    edition = acts.write(director, kind, body)
    held = now(cast).alarm_rules if kind is RULES else now(cast).clinic_profile
    acts.sign(director, kind, edition, seen=edition.content_hash, against=held.number)
    acts.put_in_force(director, kind, edition, at)
    return edition


def now(cast: Cast) -> RulesInForce:
    """What holds now."""
    return in_force(cast.clinic.pk, clock.now())


def limit(found: RulesInForce) -> Decimal:
    """The medium limit of SpO2."""
    predicate = next(rule.predicate for rule in found.ruleset.rules if rule.id == "spo2-low")
    assert isinstance(predicate, Limit)
    return predicate.steps[0].limit


def test_without_a_signature_the_defaults_are_assumed(cast: Cast) -> None:
    found = now(cast)
    assert (found.ruleset, found.profile, found.signed) == (DEFAULTS, Profile(), False)
    for held in found.held:
        assert (held.edition, held.number, held.since, held.signed) == ("", 0, None, False)
        assert len(held.content_hash) == 64
    assert found.alarm_rules.content_hash != found.clinic_profile.content_hash


def test_what_is_signed_holds_from_its_moment_on(time: clock.FakeClock, cast: Cast) -> None:
    first = put(cast, RULES, with_value(RULES.defaults(), SPO2, "93"))
    held = now(cast).alarm_rules
    assert held == Held("alarm_rules", str(first.pk), 1, first.content_hash, AT)
    assert (limit(now(cast)), now(cast).ruleset.edition) == (Decimal(93), str(first.pk))
    later = AT + timedelta(hours=1)
    second = put(cast, RULES, with_value(RULES.defaults(), SPO2, "92"), later)
    assert limit(now(cast)) == Decimal(93)
    # another time of asking, without anything happening in between
    assert limit(in_force(cast.clinic.pk, later)) == Decimal(92)
    assert in_force(cast.clinic.pk, later).alarm_rules.edition == str(second.pk)
    assert not in_force(cast.clinic.pk, AT - timedelta(seconds=1)).signed


def test_the_profile_is_held_on_its_own(cast: Cast) -> None:
    put(cast, PROFILE, {**PROFILE.defaults(), "prediction": False})
    found = now(cast)
    assert found.profile == Profile(prediction=False)
    assert (found.clinic_profile.number, found.alarm_rules.number) == (1, 0)
    assert not found.signed


def test_one_query_while_nothing_happens(cast: Cast) -> None:
    sign_rules(cast.clinic)
    now(cast)
    with CaptureQueriesContext(connection) as asked:
        for _ in range(5):
            now(cast)
    assert len(asked) == 5
    ledger.write("rules.print", clinic_id=cast.clinic.pk)
    with CaptureQueriesContext(connection) as asked:
        now(cast)
    assert len(asked) <= 6


def test_what_was_rolled_back_never_held(time: clock.FakeClock, cast: Cast) -> None:
    class Regret(Exception):
        """The whole of it did not happen."""

    def regretted() -> None:
        with transaction.atomic():
            put(cast, RULES, with_value(RULES.defaults(), SPO2, "93"))
            assert limit(now(cast)) == Decimal(93)
            raise Regret

    with pytest.raises(Regret):
        regretted()
    assert not now(cast).signed
    put(cast, RULES, with_value(RULES.defaults(), SPO2, "92"))
    assert limit(now(cast)) == Decimal(92)


def test_a_body_changed_behind_the_ledgers_back_holds_no_longer(time: clock.FakeClock, cast: Cast) -> None:
    put(cast, RULES, with_value(RULES.defaults(), SPO2, "93"))
    time.advance(1)
    second = put(cast, RULES, with_value(RULES.defaults(), SPO2, "92"))
    assert limit(now(cast)) == Decimal(92)
    Edition.objects.filter(pk=second.pk).update(body=second.body.replace('"92"', '"50"'))
    time.advance(11)
    assert limit(now(cast)) == Decimal(93)


def test_a_signed_body_that_cannot_be_read_is_named_and_does_not_hold(
    time: clock.FakeClock, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reverie.clinic.kernel import editions

    director = cast.users["medical_director"]
    put(cast, RULES, RULES.defaults())
    time.advance(1)
    # as an edition looks that another version of the program wrote
    old = editions.write(cast.clinic.pk, RULES.kind, RULES.name, {"rules": "of old"}, by=director)
    editions.sign(old, by=director, role="medical_director", meaning="read")
    editions.put_in_force(old, by=director)
    held = now(cast).alarm_rules
    assert (held.number, held.unreadable) == (1, (2,))


def test_a_live_clinic_opens_no_session_before_the_rules_are_signed(cast: Cast, settings: Any) -> None:
    chair, patient = cast.chairs[0], cast.patients[0]
    with pytest.raises(Declined, match="The medical director signs them on the page Rules first") as told:
        sessions.open_session(cast.nurse, chair, patient, None, "k")
    assert told.value.code == "unsigned"
    settings.DEMO = True
    assert sessions.open_session(cast.nurse, chair, patient, None, "k").chair_id == chair.pk
    settings.DEMO = False
    sign_rules(cast.clinic)
    assert sessions.open_session(cast.nurse, cast.chairs[1], cast.patients[1], None, "l").number == 1


def test_faults_name_rules_by_their_label_and_stand_at_them(cast: Cast) -> None:
    faults = RULES.check(with_value(RULES.defaults(), SPO2, "89"))
    assert faults
    assert {fault.path for fault in faults} == {("rules", "spo2-low")}
    assert all("“SpO2 low”" in fault.words and "spo2-low" not in fault.words for fault in faults)
    gone = RULES.tidy(with_value(RULES.defaults(), ("rules", "spo2-very-low"), ABSENT))
    assert any("No rule of priority high" in fault.words for fault in RULES.check(gone))


@pytest.mark.parametrize(
    "body",
    [{}, [], None, "x", {"rules": []}, {"rules": {"a": 1}, "order": ["a"]}, {"rules": {}, "order": {}}],
)
def test_nonsense_is_answered_in_sentences(body: Any) -> None:
    for kind in (RULES, PROFILE):
        assert all(fault.words.endswith(".") for fault in kind.check(body))
        assert kind.check(body)
        with pytest.raises(Unreadable):
            kind.describe(body)
        with pytest.raises(Unreadable):
            kind.groups(body)
