"""Every contrast of the three themes, recomputed from tokens.css: text at least 4.5, edges and shapes 3."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import reverie

STYLES = Path(reverie.__file__).parent / "styles"
Colour = tuple[float, float, float]

TEXT = [
    ("ink", "paper"),
    ("ink", "sunk"),
    ("ink", "raised"),
    ("ink2", "paper"),
    ("ink2", "sunk"),
    ("ink3", "paper"),
    ("ink3", "sunk"),
    ("act", "paper"),
    ("act", "actsoft"),
    ("onact", "act"),
    ("onhigh", "high"),
    ("highline", "paper"),
    ("highline", "highsoft"),
    ("onmed", "med"),
    ("medline", "paper"),
    ("onlow", "low"),
    ("lowline", "paper"),
    ("agree", "paper"),
    ("paper", "ink"),
]
EDGES = [("edge", "paper"), ("high", "paper"), ("lowline", "paper"), ("medline", "paper"), ("act", "paper")]


def _oklch(text: str) -> Colour:
    lightness, chroma, hue = (float(part) for part in text.split())
    return lightness, chroma, hue


def _themes() -> dict[str, dict[str, Colour]]:
    css = (STYLES / "tokens.css").read_text()
    pair = re.compile(r"--(\w+): light-dark\(oklch\(([\d. ]+)\), oklch\(([\d. ]+)\)\)")
    single = re.compile(r"--(\w+): oklch\(([\d. ]+)\)")
    light = {name: _oklch(one) for name, one, _ in pair.findall(css)}
    dark = {name: _oklch(two) for name, _, two in pair.findall(css)}
    dim = {name: _oklch(one) for name, one in single.findall(css)}
    return {"light": light, "dark": dark, "dim": dim}


def _luminance(colour: Colour) -> float:
    """Relative luminance (WCAG) of an oklch colour, clipped to sRGB. Source: Björn Ottosson, Oklab."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    mid = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * mid + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * mid - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * mid + 1.7076147010 * short
    clipped = [min(max(part, 0.0), 1.0) for part in (red, green, blue)]
    return 0.2126 * clipped[0] + 0.7152 * clipped[1] + 0.0722 * clipped[2]


def contrast(one: Colour, other: Colour) -> float:
    """The WCAG ratio of two colours."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark", "dim"])
def test_text_can_be_read(theme: str) -> None:
    colours = _themes()[theme]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in TEXT}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark", "dim"])
def test_edges_and_shapes_can_be_seen(theme: str) -> None:
    colours = _themes()[theme]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in EDGES}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 3.0} == {}


def test_the_three_themes_have_the_same_tokens() -> None:
    themes = _themes()
    assert themes["light"].keys() == themes["dark"].keys() == themes["dim"].keys()
    assert len(themes["light"]) == 23


def test_no_other_style_names_a_colour() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(")
    found = {
        path.name: found
        for path in STYLES.glob("*.css")
        if path.name != "tokens.css" and (found := colour.findall(path.read_text()))
    }
    assert found == {}
