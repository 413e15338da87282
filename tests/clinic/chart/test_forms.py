"""The chart's forms: other units are converted and kept as typed, and what cannot be read is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.chart.forms import MeasureForm
from reverie.clinic.kernel import clock
from reverie.clinic.people.models import Patient
from tests.cast import PATIENTS

NOW = datetime(2026, 10, 13, 9, 12, tzinfo=UTC)


def form(**typed: Any) -> MeasureForm:
    with clock.replaced_by(clock.FakeClock(NOW)), timezone.override(UTC):
        made = MeasureForm(Patient(birth_date=PATIENTS[0][3]), typed)
        made.is_valid()
    return made


@pytest.mark.parametrize(
    ("typed", "kg", "kept"),
    [
        ("70", "70", ""),
        ("70.5", "70.5", ""),
        ("70,5", "70.5", ""),
        ("70.5 kg", "70.5", ""),
        ("70KG", "70", ""),
        ("154 lb", "69.9", "154 lb"),
        ("154lbs", "69.9", "154 lb"),
        ("11 st", "69.9", "11 st"),
        ("11 st 3 lb", "71.2", "11 st 3 lb"),
        ("11st3", "71.2", "11 st 3 lb"),
    ],
)
def test_weights_in_kilograms_pounds_and_stones(typed: str, kg: str, kept: str) -> None:
    made = form(weight=typed)
    assert made.errors == {}
    (value,) = made.values().values()
    assert (value.value, value.typed) == (Decimal(kg), kept)


@pytest.mark.parametrize(
    ("typed", "cm"),
    [
        ("181", "181"),
        ("1.81 m", "181.0"),
        ("67 in", "170.2"),
        ("5 ft 7 in", "170.2"),
        ("5'7\"", "170.2"),
        ("5 ft 7", "170.2"),
    ],
)
def test_heights_in_centimetres_metres_feet_and_inches(typed: str, cm: str) -> None:
    made = form(height=typed)
    assert made.errors == {}
    assert made.values()["height_cm"].value == Decimal(cm)


@pytest.mark.parametrize(
    "typed",
    ["NaN", "inf", "-70", "７０", "1e2", "70 70", "70 stones of gold", "3 lb 11 st", "11 st 3 kg", "lb",
     "70 kg 2", "1" * 400, "19", "401", "1000 lb", "5 lb", "kg 70", "70;DROP", "<b>70</b>", "\x00", "७०"],
)  # fmt: skip
def test_a_weight_that_cannot_be_is_answered_beside_its_field(typed: str) -> None:
    made = form(weight=typed)
    assert list(made.errors) == ["weight"]
    assert made.data["weight"] == typed


@given(st.dictionaries(st.sampled_from(sorted(MeasureForm.base_fields)), st.text(max_size=30), max_size=9))
def test_no_text_breaks_the_form(typed: dict[str, str]) -> None:
    made = form(**typed)
    if not made.errors:
        assert all(value.value.is_finite() and value.value > 0 for value in made.values().values())


@given(st.integers(350, 2000).map(lambda tenths: Decimal(tenths) / 10))
def test_pounds_come_back_within_their_rounding(kg: Decimal) -> None:
    pounds = (kg / Decimal("0.45359237")).quantize(Decimal("0.1"))
    value = form(weight=f"{pounds} lb").values()["weight_kg"]
    assert abs(value.value - kg) <= Decimal("0.1")
    assert value.typed == f"{pounds} lb"


def test_nothing_at_all_and_pressures_the_wrong_way_round_are_answered() -> None:
    assert form().non_field_errors() == ["Please fill in at least one value."]
    assert list(form(systolic="80", diastolic="120").errors) == ["diastolic"]
    assert form(systolic="120", diastolic="80").errors == {}


@pytest.mark.parametrize("at", ["2026-10-13 09:18", "1979-03-13 23:00", "tomorrow", "25:00"])
def test_a_time_that_cannot_be_is_answered(at: str) -> None:
    assert list(form(weight="70", at=at).errors) == ["at"]
