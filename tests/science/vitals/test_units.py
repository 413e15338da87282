"""Units as monitors write them: what they become, and which are foreign."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.vitals.units import (
    SPELLINGS,
    fahrenheit_to_celsius,
    kpa_to_mmhg,
    own_text,
    spelt,
    stated_unit,
)


@pytest.mark.parametrize(
    ("code", "name", "unit"),
    [
        ("264864", "MDC_DIM_BEAT_PER_MIN", "/min"),
        ("264928", "MDC_DIM_RESP_PER_MIN", "/min"),
        ("264864", "/min", "/min"),
        ("bpm", "", "/min"),
        ("BPM", "beats per minute", "/min"),
        ("{beats}/min", "{beats}/min", "/min"),
        ("262688", "MDC_DIM_PERCENT", "%"),
        ("262688", "%", "%"),
        ("%", "", "%"),
        ("266016", "MDC_DIM_MMHG", "mmHg"),
        ("266016", "", "mmHg"),
        ("", "MDC_DIM_MMHG", "mmHg"),
        ("MDC_DIM_MMHG", "", "mmHg"),
        ("mm[Hg]", "mm[Hg]", "mmHg"),
        ("mmHg", "millimetre of mercury", "mmHg"),
        ("MMHG", "", "mmHg"),
        ("268192", "MDC_DIM_DEGC", "Cel"),
        ("°C", "", "Cel"),
        ("℃", "", "Cel"),
        ("263875", "MDC_DIM_KILO_G", "kg"),
        ("263441", "MDC_DIM_CENTI_M", "cm"),
        ("265266", "MDC_DIM_MILLI_L_PER_HR", "mL/h"),
        ("ml/hr", "", "mL/h"),
        ("263762", "MDC_DIM_MILLI_L", "mL"),
    ],
)
def test_a_known_unit_is_known_by_code_or_name(code: str, name: str, unit: str) -> None:
    spelling = spelt(code, name)
    assert spelling is not None
    assert spelling.unit == unit
    assert spelling.convert(Decimal("98.10")) == Decimal("98.10")


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("lb", ""),
        ("[lb_av]", "pound"),
        ("[in_i]", ""),
        ("in", ""),
        ("K", ""),
        ("g", ""),
        ("m", ""),
        ("mL/min", ""),
        ("263904", "MDC_DIM_LB"),
        ("262656", "MDC_DIM_DIMLESS"),
        # code and name disagree, or the code is unknown
        ("266016", "MDC_DIM_KILO_PASCAL"),
        ("266016", "kPa"),
        ("268192", "MDC_DIM_FAHR"),
        ("266016", "MDC_DIM_INCH_HG"),
        ("999999", "MDC_DIM_MMHG"),
        ("", ""),
    ],
)
def test_any_other_unit_is_foreign(code: str, name: str) -> None:
    assert spelt(code, name) is None


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("266016^MDC_DIM_MMHG^MDC^mm[Hg]^mm[Hg]^UCUM", "mmHg"),
        ("^^^266016^MDC_DIM_MMHG^MDC", "mmHg"),
        ("T77^Torr-ish^99X^266016^MDC_DIM_MMHG^MDC", "mmHg"),
        ("266016^MDC_DIM_MMHG^MDC^T77^own^99X", "mmHg"),
        ("266016^MDC_DIM_MMHG^MDC^kPa^kPa^UCUM", None),
        ("266016^kPa^MDC^mm[Hg]^mm[Hg]^UCUM", None),
        ("lb^pound^X^[lb_av]^pound^UCUM", None),
        ("", None),
    ],
)
def test_an_alternate_unit_counts_when_it_does_not_contradict(unit: str, expected: str | None) -> None:
    spelling = stated_unit(tuple((unit.split("^") + [""] * 6)[:6]))
    assert (spelling and spelling.unit) == expected


@pytest.mark.parametrize(
    ("kpa", "mmhg"), [("5.3", "39.75"), ("0", "0"), ("13.3322387415", "100"), ("4.67", "35.03")]
)
def test_kilopascal(kpa: str, mmhg: str) -> None:
    assert kpa_to_mmhg(Decimal(kpa)) == Decimal(mmhg)
    for code, name in (("265987", "MDC_DIM_KILO_PASCAL"), ("kPa", ""), ("265987", "")):
        spelling = spelt(code, name)
        assert spelling is not None
        assert (spelling.unit, spelling.convert(Decimal(kpa))) == ("mmHg", Decimal(mmhg))


@pytest.mark.parametrize(
    ("fahrenheit", "celsius"),
    [("98.6", "37"), ("32", "0"), ("212", "100"), ("-40", "-40"), ("99.1", "37.28")],
)
def test_degrees_fahrenheit(fahrenheit: str, celsius: str) -> None:
    assert fahrenheit_to_celsius(Decimal(fahrenheit)) == Decimal(celsius)
    for code, name in (("268160", "MDC_DIM_FAHR"), ("[degF]", ""), ("°F", ""), ("degF", "")):
        spelling = spelt(code, name)
        assert spelling is not None
        assert (spelling.unit, spelling.convert(Decimal(fahrenheit))) == ("Cel", Decimal(celsius))


@given(st.decimals(min_value=-1_000, max_value=1_000, places=3))
def test_conversions_are_exact_to_half_a_hundredth(value: Decimal) -> None:
    half = Fraction(1, 200)
    assert abs(Fraction(fahrenheit_to_celsius(value)) - (Fraction(value) - 32) * Fraction(5, 9)) <= half
    exact = Fraction(value) * 1_000 / Fraction("133.322387415")
    assert abs(Fraction(kpa_to_mmhg(value)) - exact) <= half


def test_no_spelling_means_two_units() -> None:
    spelled = [
        (key.lower(), index) for index, one in enumerate(SPELLINGS) for key in (*one.codes, *one.names)
    ]
    assert len({key for key, _ in spelled}) == len(set(spelled))


@pytest.mark.parametrize(
    ("code", "name", "own"),
    [
        ("266016", "MDC_DIM_MMHG", "MDC_DIM_MMHG"),
        ("266016", "", "266016"),
        ("1/min", "", "1/min"),
        ("mV", "millivolt", "mV"),
        ("", "cmH2O", "cmH2O"),
        ("", "", ""),
    ],
)
def test_a_unit_of_the_message_is_named_as_the_message_does(code: str, name: str, own: str) -> None:
    assert own_text(code, name) == own
