"""The chart: typed twice when doubtful, none known as a fact, ended and struck but never deleted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.http import Http404

from reverie.clinic.chart import acts, questions
from reverie.clinic.chart.acts import Value
from reverie.clinic.chart.models import Allergy, Measurement, NoneKnown
from reverie.clinic.kernel import access
from tests.cast import Cast
from tests.clinic.people.patients.test_acts import lines

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
KG, CM = Measurement.Kind.WEIGHT, Measurement.Kind.HEIGHT
PENICILLIN = {"substance": "Penicillin", "reaction": "rash", "severity": "moderate"}


def weigh(cast: Cast, kg: str, again: str = "", **options: Any) -> list[Measurement]:
    typed_again = {KG: Decimal(again)} if again else {}
    return acts.measure(
        cast.nurse,
        cast.patients[0],
        {KG: Value(Decimal(kg))},
        at=options.pop("at", AT),
        again=typed_again,
        **options,
    )


def test_a_first_weight_is_typed_twice_and_a_usual_one_once(cast: Cast) -> None:
    with pytest.raises(acts.TypeAgain):
        weigh(cast, "70")
    with pytest.raises(acts.TypeAgain):
        weigh(cast, "70", again="71")
    assert Measurement.objects.count() == 0
    weigh(cast, "70", again="70")
    (second,) = weigh(cast, "71.5", at=datetime(2026, 9, 8, 8, tzinfo=UTC))
    assert questions.latest_weight(cast.patients[0]) == second
    assert questions.value_words(second) == "71.5 kg"
    assert [line["detail"]["typed_twice"] for line in lines(cast)] == [["weight_kg"], []]


def test_pounds_taken_for_kilograms_are_not_recorded_unless_typed_twice(cast: Cast) -> None:
    weigh(cast, "70", again="70")
    with pytest.raises(acts.TypeAgain) as doubted:
        weigh(cast, "154.3")
    assert [doubt.why for doubt in doubted.value.doubts] == ["change"]
    (kept,) = weigh(cast, "154.3", again="154.3")
    assert kept.confirmed == "change"


def test_a_struck_weight_no_longer_counts(cast: Cast) -> None:
    (first,) = weigh(cast, "70", again="70")
    (wrong,) = weigh(cast, "154.3", again="154.3", at=datetime(2026, 9, 2, 8, tzinfo=UTC))
    acts.strike(cast.nurse, "measurements", wrong.pk, "these were pounds")
    assert questions.latest_weight(cast.patients[0]) == first
    wrong.refresh_from_db()
    assert (wrong.struck_reason, wrong.struck_by) == ("these were pounds", cast.nurse)


def test_one_key_measures_once_however_many_values(cast: Cast) -> None:
    values = {KG: Value(Decimal(70)), CM: Value(Decimal(172))}
    for _ in range(2):
        made = acts.measure(
            cast.nurse, cast.patients[0], values, at=AT, again={KG: Decimal(70)}, key="k"
        )  # fmt: skip
        assert len(made) == 2
    assert Measurement.objects.count() == 2


def test_unknown_none_known_and_known_are_three_things(cast: Cast) -> None:
    patient = cast.patients[0]
    assert questions.allergies_line(patient) == "Allergies unknown: nobody has asked yet"
    acts.record_none(cast.nurse, patient, "allergies")
    assert questions.allergies_line(patient) == "No known allergies"
    acts.add(cast.nurse, patient, "allergies", PENICILLIN)
    assert questions.allergies_line(patient) == "Allergy: Penicillin, rash"
    none_known = NoneKnown.objects.get()
    assert none_known.ended_at is not None
    with pytest.raises(acts.AlreadyThere):
        acts.record_none(cast.nurse, patient, "allergies")
    acts.strike(cast.nurse, "allergies", Allergy.objects.get().pk, "wrong patient")
    assert questions.allergies_line(patient) == "Allergies unknown: nobody has asked yet"


def test_none_known_is_recorded_once_at_a_time(cast: Cast) -> None:
    first = acts.record_none(cast.nurse, cast.patients[0], "medicines", key="a")
    assert acts.record_none(cast.nurse, cast.patients[0], "medicines", key="b") == first
    acts.strike(cast.nurse, "none-known", first.pk, "asked the wrong patient")
    assert acts.record_none(cast.nurse, cast.patients[0], "medicines", key="c") != first


def test_the_same_allergy_stands_once(cast: Cast) -> None:
    acts.add(cast.nurse, cast.patients[0], "allergies", PENICILLIN, key="k")
    acts.add(cast.nurse, cast.patients[0], "allergies", PENICILLIN, key="k")
    with pytest.raises(acts.AlreadyThere):
        acts.add(cast.nurse, cast.patients[0], "allergies", PENICILLIN | {"substance": "PENICILLÍN"})
    assert Allergy.objects.count() == 1


def test_what_is_over_keeps_its_line_and_what_was_wrong_its_reason(cast: Cast) -> None:
    patient = cast.patients[0]
    line = acts.add(
        cast.nurse, patient, "medicines", {"name": "Sertraline", "dose": "100 mg", "since": "2021"}
    )
    acts.end(cast.nurse, "medicines", line.pk, date(2026, 6, 1))
    acts.end(cast.nurse, "medicines", line.pk, date(2026, 6, 1))
    with pytest.raises(acts.NotNow):
        acts.end(cast.nurse, "medicines", line.pk, date(2026, 7, 1))
    acts.strike(cast.users["prescriber"], "medicines", line.pk, "never taken")
    acts.strike(cast.users["prescriber"], "medicines", line.pk, "never taken")
    with pytest.raises(acts.NotNow):
        acts.strike(cast.nurse, "medicines", line.pk, "another reason")
    chart = questions.chart_of(patient)
    assert (chart.medicines.lines, [past.pk for past in chart.medicines.past]) == ([], [line.pk])
    assert chart.medicines.past[0].struck_by == "Dr Ines Vogt"
    assert [one["act"] for one in lines(cast)] == ["chart.added", "chart.ended", "chart.struck"]


def test_the_ledger_names_lines_not_what_stands_in_them(cast: Cast) -> None:
    weigh(cast, "70.3", again="70.3")
    line = acts.add(cast.nurse, cast.patients[0], "allergies", PENICILLIN)
    acts.strike(cast.nurse, "allergies", line.pk, "typing error")
    told = json.dumps(lines(cast))
    for secret in ("70.3", "Penicillin", "rash", "typing"):
        assert secret not in told
    assert str(line.pk) in told


@pytest.mark.parametrize("role", ["therapist", "front_desk", "researcher", "auditor", "administrator"])
def test_who_may_not_write_the_chart_cannot_by_any_act(cast: Cast, role: str) -> None:
    line = acts.add(cast.nurse, cast.patients[0], "allergies", PENICILLIN)
    someone, patient = cast.users[role], cast.patients[0]
    for refused in (
        lambda: acts.measure(someone, patient, {CM: Value(Decimal(170))}, at=AT),
        lambda: acts.add(someone, patient, "allergies", PENICILLIN),
        lambda: acts.record_none(someone, patient, "medicines"),
        lambda: acts.end(someone, "allergies", line.pk, date(2026, 1, 1)),
        lambda: acts.strike(someone, "allergies", line.pk, "no"),
    ):
        with pytest.raises(access.Refused):
            refused()


def test_for_a_stranger_no_line_exists(cast: Cast) -> None:
    line = acts.add(cast.nurse, cast.patients[0], "allergies", PENICILLIN)
    for hidden in (
        lambda: acts.measure(cast.stranger, cast.patients[0], {CM: Value(Decimal(170))}, at=AT),
        lambda: acts.add(cast.stranger, cast.patients[0], "allergies", PENICILLIN),
        lambda: acts.record_none(cast.stranger, cast.patients[0], "medicines"),
        lambda: acts.strike(cast.stranger, "allergies", line.pk, "no"),
        lambda: questions.line_of(cast.stranger, "allergies", line.pk),
    ):
        with pytest.raises(Http404):
            hidden()
