"""What people type: read strictly, answered in words, never an exception of another kind."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from reverie.clinic.kernel import clock
from reverie.clinic.kernel.typed import dates, numbers, text
from reverie.clinic.kernel.typed.fields import DayField, LineField, LinesField, MomentField, NumberField

TODAY = date(2026, 10, 13)


@pytest.mark.parametrize(
    ("typed", "value"), [("70", "70"), ("70.5", "70.5"), ("1,5", "1.5"), (" 82 ", "82"), ("007", "7")]
)
def test_numbers_with_point_or_comma_are_read(typed: str, value: str) -> None:
    assert numbers.read(typed) == Decimal(value)


@pytest.mark.parametrize(
    "typed",
    ["", "NaN", "nan", "inf", "-inf", "Infinity", "1e3", "1e308", "-1", "-0", "+1", "０.５", "٣", "1.2.3",
     "1,2,3", "1 000", "0x10", "1_000", ".5", "5.", "½", "9" * 400, "1" * 13, "70kg", "1.2345"],
)  # fmt: skip
def test_everything_else_is_refused_in_words(typed: str) -> None:
    with pytest.raises(numbers.Unreadable, match=r"\w+ \w+"):
        numbers.read(typed)


@given(st.text(max_size=30) | st.from_regex(r"[0-9.,eE+\-]{0,20}", fullmatch=True))
@example("٠٫٥")
def test_reading_a_number_never_fails_otherwise(typed: str) -> None:
    try:
        value = numbers.read(typed)
    except numbers.Unreadable:
        return
    assert value.is_finite()
    assert value >= 0


@given(st.text(max_size=40) | st.from_regex(r"([0-9.,]{1,4} ?(kg|lb|st|')? ?){0,4}", fullmatch=True))
def test_reading_units_never_fails_otherwise(typed: str) -> None:
    try:
        found = numbers.read_with_units(typed, {"": "kg", "kg": "kg", "lb": "lb", "st": "st"})
    except numbers.Unreadable:
        return
    assert found
    assert all(value.is_finite() and unit in ("kg", "lb", "st") for value, unit in found)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1984-03-02", [date(1984, 3, 2)]),
        ("1984/3/2", [date(1984, 3, 2)]),
        ("02.03.1984", [date(1984, 3, 2)]),
        ("2.3.84", [date(1984, 3, 2)]),
        ("2/3/1984", [date(1984, 3, 2), date(1984, 2, 3)]),
        ("2-3-1984", [date(1984, 3, 2), date(1984, 2, 3)]),
        ("3/3/1984", [date(1984, 3, 3)]),
        ("2/13/1984", [date(1984, 2, 13)]),
        ("13/2/1984", [date(1984, 2, 13)]),
        ("19840302", [date(1984, 3, 2)]),
        ("2 March 1984", [date(1984, 3, 2)]),
        ("2nd mar 1984", [date(1984, 3, 2)]),
        ("March 2, 1984", [date(1984, 3, 2)]),
        ("Sept 30 1990", [date(1990, 9, 30)]),
        ("1.1.20", [date(2020, 1, 1), date(1920, 1, 1)]),
        ("1.1.30", [date(1930, 1, 1)]),
        ("２.３.１９８４", [date(1984, 3, 2)]),
        ("31.02.1984", []),
        ("0000-00-00", []),
        ("99999-1-1", []),
        ("2 Murch 1984", []),
        ("weiss", []),
        ("", []),
    ],
)
def test_dates_in_the_usual_ways(typed: str, days: list[date]) -> None:
    assert dates.meanings(typed, TODAY) == days


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %B %Y", "%Y%m%d"]))
def test_a_date_written_plainly_means_one_day(day: date, how: str) -> None:
    assert dates.meanings(day.strftime(how), TODAY) == [day]


@given(st.dates(date(1900, 1, 1), TODAY), st.sampled_from("/-"))
def test_a_date_written_either_way_is_among_its_meanings(day: date, mark: str) -> None:
    for how in ("%d{}%m{}%Y", "%m{}%d{}%Y"):
        found = dates.meanings(day.strftime(how.format(mark, mark)), TODAY)
        assert day in found
        assert len(found) <= 2


@given(st.text(max_size=40))
def test_reading_a_date_never_fails(typed: str) -> None:
    assert all(found.year >= 1 for found in dates.meanings(typed, TODAY))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("0\r\x08 0", "0 0"), ("e\x08\u0301", "\u00e9"), ("a\u202e \u202c b", "a b"), ("a\x00\n\x00b", "a b")],
)
def test_what_is_taken_away_leaves_no_seam(typed: str, kept: str) -> None:
    assert text.line(typed) == kept


def test_breaks_of_every_kind_are_line_breaks() -> None:
    assert text.lines("a\r\nb\rc\x0bd\u2028e\x08\n\x08\n\n\tf") == "a\nb\nc\nd\ne\n\n f"


@given(st.text())
def test_a_tidy_line_stays_as_it_is(typed: str) -> None:
    once = text.line(typed)
    assert text.line(once) == once
    assert "\n" not in once
    assert not set(once) & set("\u202e\u202d\u2066\u2069\x00\x1b\x7f")


@given(st.text())
def test_tidy_lines_stay_as_they_are(typed: str) -> None:
    once = text.lines(typed)
    assert text.lines(once) == once


def test_letters_of_every_script_are_kept() -> None:
    for name in ("Đặng Thị Hà", "حداد ليلى", "山田太郎", "Ελένη", "שרה", "O’Brien", "👩🏽‍⚕️"):
        assert text.line(f"  {name} ") == name


def test_too_long_text_is_answered_with_its_length() -> None:
    with pytest.raises(ValidationError, match=r"At most 100 characters; this has 10000\."):
        LineField(longest=100).clean("x" * 10_000)
    assert LinesField(longest=100).clean(" a\r\nb ") == "a\nb"


def test_a_day_that_can_mean_two_is_refused_with_both() -> None:
    with pytest.raises(ValidationError, match="2 March 1984 or 3 February 1984"):
        DayField().clean("2/3/1984")


def test_numbers_keep_to_their_bounds() -> None:
    field = NumberField(lowest=10, highest=350, unit="/min", required=False)
    assert field.clean("64") == 64
    assert field.clean("") is None
    for wrong in ("9", "351", "64.5", "９０", "NaN"):
        with pytest.raises(ValidationError):
            field.clean(wrong)


def test_a_time_alone_is_today_on_the_clinics_clock() -> None:
    vienna = ZoneInfo("Europe/Vienna")
    at = clock.FakeClock(datetime(2026, 10, 13, 22, 30, tzinfo=UTC))  # already the 14th in Vienna
    with clock.replaced_by(at), timezone.override(vienna):
        assert MomentField().clean("00:10") == datetime(2026, 10, 14, 0, 10, tzinfo=vienna)
        assert MomentField().clean("2 March 2026 14:30") == datetime(2026, 3, 2, 14, 30, tzinfo=vienna)
        assert MomentField().clean("2026-03-02T14.30") == datetime(2026, 3, 2, 14, 30, tzinfo=vienna)
        for wrong in ("24:00", "12:60", "noon", "2/3/2026 14:30", "2026-03-29 02:30", "0001-01-01 00:00"):
            with pytest.raises(ValidationError):
                MomentField().clean(wrong)
