"""A picture shows what it is given: nothing joined over a gap, every bar in its place, no word uninvited."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.formats.lanes import EDGES, FIELDS, LEFT, RIGHT, WIDTH, Bar, Gap, Lane, Picture, Row, draw

SVG = "{http://www.w3.org/2000/svg}"
PICTURE = Picture(
    title="A & B",
    note="noted",
    begin=0,
    end=100,
    lanes=[
        Lane(
            "SpO2", "%", 80, 100, runs=[[(0, 97), (40, 96)], [(60, 95), (100, 95)]], gaps=[Gap(40, 60, "off")]
        ),
        Lane("Pressure", "mmHg", 40, 200, pairs=[(50, 120, 70)], limits=[(160, "medium above 160")]),
    ],
    rows=[Row("SpO2 low", [Bar(20, 30, "medium", "MEDIUM low"), Bar(30, 45, "high", "HIGH <very> low")])],
    tick_every=10,
)


def drawn(picture: Picture) -> ET.Element:
    """The picture as elements."""
    return ET.fromstring(draw(picture))


def words(picture: Picture) -> list[str]:
    """Every text in it."""
    return [one.text or "" for one in drawn(picture).iter(f"{SVG}text")]


def test_a_line_is_never_drawn_over_a_gap() -> None:
    lines = [one.attrib["points"].split() for one in drawn(PICTURE).iter(f"{SVG}polyline")]
    at = [[float(point.split(",")[0]) for point in line] for line in lines]
    scale = (WIDTH - LEFT - RIGHT) / 100
    assert at == [[LEFT, round(LEFT + 40 * scale, 1)], [round(LEFT + 60 * scale, 1), LEFT + 100 * scale]]
    gap = next(one for one in drawn(PICTURE).iter(f"{SVG}rect") if one.attrib["fill"] == "url(#gap)")
    assert float(gap.attrib["x"]) == at[0][1]
    assert float(gap.attrib["width"]) == pytest.approx(at[1][0] - at[0][1], abs=0.11)
    assert "off" in words(PICTURE)


def test_text_cannot_become_markup() -> None:
    assert {"A & B", "HIGH <very> low"} <= set(words(PICTURE))


def test_a_weight_is_told_by_colour_shape_and_word() -> None:
    text = draw(PICTURE)
    bars = re.findall(r'<rect x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)" height="11" fill="(#\w+)"/>', text)
    scale = (WIDTH - LEFT - RIGHT) / 100
    assert [(float(x), fill) for x, _, fill in bars] == [
        (round(LEFT + 20 * scale, 1), FIELDS["medium"]),
        (round(LEFT + 30 * scale, 1), FIELDS["high"]),
    ]
    assert text.count("M12 2 23 21.5H1Z") == 1
    assert text.count("M7.4 1h9.2") == 1
    faint = replace(PICTURE, rows=[Row("r", [Bar(1, 9, "high", faint=True)])])
    assert f'stroke="{EDGES["high"]}"' in draw(faint)


def test_no_alarm_is_said() -> None:
    assert "No alarms" in words(replace(PICTURE, rows=[]))
    assert "No alarms" not in words(PICTURE)


def test_a_picture_without_extent_is_refused() -> None:
    with pytest.raises(ValueError, match="begins where it ends"):
        draw(replace(PICTURE, end=0))


TIMES = st.floats(-50, 150, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TIMES, st.floats(-1e6, 1e6))), st.lists(st.tuples(TIMES, TIMES)), st.text(max_size=90)
)
def test_whatever_is_given_stays_inside_the_picture(
    run: list[tuple[float, float]], bars: list[tuple[float, float]], said: str
) -> None:
    said = "".join(letter for letter in said if letter.isprintable())
    lane = Lane("L", "u", 0, 10, runs=[run], gaps=[Gap(a, b, said) for a, b in bars], pairs=[(5, 9, 2)])
    row = Row(said or "r", [Bar(a, b, "low", said) for a, b in bars])
    root = drawn(replace(PICTURE, lanes=[lane], rows=[row]))
    height = float(root.attrib["height"])
    for one in root.iter(f"{SVG}polyline"):
        for point in one.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert LEFT <= x <= WIDTH - RIGHT
            assert 0 <= y <= height
    for one in root.iter(f"{SVG}rect"):
        assert float(one.attrib.get("x", 0)) + float(one.attrib["width"]) <= WIDTH + 3
        assert float(one.attrib["width"]) > 0
