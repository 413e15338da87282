"""A weight in the wrong unit, of another patient or with a digit too many asks to be typed again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.chart.plausible import LB_PER_KG, bmi, doubts

kilograms = st.integers(350, 2000).map(lambda tenths: Decimal(tenths) / 10)
centimetres = st.integers(140, 210).map(Decimal)


def whys(**values: Decimal | None) -> list[str]:
    return [doubt.why for doubt in doubts(**values)]


@given(kilograms, st.none() | kilograms, st.none() | centimetres)
def test_pounds_read_as_kilograms_are_always_doubted(
    weight: Decimal, last: Decimal | None, height: Decimal | None
) -> None:
    """The patient weighs what they weighed (give or take a fifth), but pounds were typed."""
    same = None if last is None else weight
    assert doubts(weight_kg=weight * LB_PER_KG, last_weight_kg=same, last_height_cm=height)


@given(kilograms, st.decimals("0.85", "1.15", places=2), st.none() | centimetres)
def test_pounds_are_doubted_after_a_lawful_change_too(
    last: Decimal, drift: Decimal, height: Decimal | None
) -> None:
    assert doubts(weight_kg=last * drift * LB_PER_KG, last_weight_kg=last, last_height_cm=height)
    assert doubts(weight_kg=last * drift / LB_PER_KG, last_weight_kg=last, last_height_cm=height)


@given(st.decimals(60, 100, places=1), st.decimals("0.85", "1.15", places=2))
def test_an_ordinary_weight_is_taken_at_once(last: Decimal, drift: Decimal) -> None:
    assert doubts(weight_kg=last * drift, last_weight_kg=last, last_height_cm=Decimal(172)) == []


def test_the_limits_stand_where_they_are_said_to() -> None:
    assert whys(weight_kg=Decimal(96), last_weight_kg=Decimal(80)) == []
    assert whys(weight_kg=Decimal("96.1"), last_weight_kg=Decimal(80)) == ["change"]
    assert whys(weight_kg=Decimal(64), last_weight_kg=Decimal(80)) == []
    assert whys(weight_kg=Decimal("63.9"), last_weight_kg=Decimal(80)) == ["change"]
    assert whys(weight_kg=Decimal(70)) == ["first"]
    assert whys(height_cm=Decimal(170)) == []
    assert whys(height_cm=Decimal(150), last_height_cm=Decimal(170)) == ["change"]
    assert whys(height_cm=Decimal(107), last_weight_kg=Decimal(70)) == ["bmi"]
    assert whys(weight_kg=Decimal(40), last_weight_kg=Decimal(41), last_height_cm=Decimal(171)) == ["bmi"]
    assert whys() == []
    assert whys(last_weight_kg=Decimal(300), last_height_cm=Decimal(150)) == []


@pytest.mark.parametrize(("kg", "cm", "index"), [("82", "181", "25.0"), ("58", "160", "22.7")])
def test_the_body_mass_index(kg: str, cm: str, index: str) -> None:
    assert bmi(Decimal(kg), Decimal(cm)) == Decimal(index)
