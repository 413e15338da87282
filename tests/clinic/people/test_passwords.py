"""Passwords and PINs that are too easy, and those that are not."""

from __future__ import annotations

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.people.models import Clinic, User
from reverie.clinic.people.passwords import check_pin

SOMEBODY = User(username="anna.weiss", name="Anna Weiss", clinic=Clinic(name="Lindenhof"))


@pytest.mark.parametrize(
    "password",
    [
        "quiet lime trees by the pond", "x" * 11 + "y", "пятнадцать слов тут", "åäö åäö åäö åäö",
        " leading and trailing ", "0123 4567 8901 2345 6789 0123 4567 8901 2345 6789 0123 4567 8901",
    ],
)  # fmt: skip
def test_long_ones_of_any_kind_are_taken(password: str) -> None:
    validate_password(password, SOMEBODY)


@pytest.mark.parametrize(
    "password",
    ["short", "elevenchars", "1q2w3e4r5t6y", "password1234", "Lindenhof-2026", "reverie reverie",
     "anna.weiss.anna",
     "x" * 257],
)  # fmt: skip
def test_easy_ones_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, SOMEBODY)


@pytest.mark.parametrize("pin", ["482615", "100200", "9071", "731946582031"])
def test_pins_without_a_pattern_are_taken(pin: str) -> None:
    check_pin(pin, 4)


@pytest.mark.parametrize(
    "pin",
    ["", "123", "123456", "654321", "000000", "901234", "484848x", "123123", "4848", "12 456",
     "１２３４５７", "-12345",
     "1234567890123", "4.5678", "²34567"],
)  # fmt: skip
def test_other_pins_are_refused(pin: str) -> None:
    with pytest.raises(ValidationError):
        check_pin(pin, 4)


@given(st.text(max_size=14))
def test_nothing_typed_breaks_it(pin: str) -> None:
    try:
        check_pin(pin, 6)
    except ValidationError:
        return
    assert pin.isascii()
    assert pin.isdigit()
    assert 6 <= len(pin) <= 12
