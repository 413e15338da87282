"""Whether a weight or height may be a slip: another unit, another patient, a digit too many.

Pure. A doubt is no refusal: the value is typed once more and kept. Limits are assumed, not published: a
fifth more or less than the last weight, a body mass index outside 14 to 60 kg/m².
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

MOST_CHANGE = Decimal("0.20")
MOST_HEIGHT_CHANGE = Decimal("0.05")
LOWEST_BMI, HIGHEST_BMI = Decimal(14), Decimal(60)
LB_PER_KG = 1 / Decimal("0.45359237")


class Doubt(NamedTuple):
    """Why a value should be typed again: `kind` of value, `why` (first, change or bmi), and the figure."""

    kind: str
    why: str
    figure: Decimal


def bmi(weight_kg: Decimal, height_cm: Decimal) -> Decimal:
    """Body mass index in kg/m², to one place."""
    return (weight_kg / (height_cm / 100) ** 2).quantize(Decimal("0.1"))


def change(value: Decimal, last: Decimal) -> Decimal:
    """How much more (or, below zero, less) than `last`, as a share of it."""
    return (value - last) / last


def doubts(
    *,
    weight_kg: Decimal | None = None,
    height_cm: Decimal | None = None,
    last_weight_kg: Decimal | None = None,
    last_height_cm: Decimal | None = None,
) -> list[Doubt]:
    """What is doubtful about a new weight, a new height or both, given the last ones.

    A first weight is always doubtful: there is nothing to see a wrong unit by.
    """
    found = []
    if weight_kg is not None:
        if last_weight_kg is None:
            found.append(Doubt("weight_kg", "first", weight_kg))
        elif abs(difference := change(weight_kg, last_weight_kg)) > MOST_CHANGE:
            found.append(Doubt("weight_kg", "change", difference))
    if height_cm is not None and last_height_cm is not None:
        difference = change(height_cm, last_height_cm)
        if abs(difference) > MOST_HEIGHT_CHANGE:
            found.append(Doubt("height_cm", "change", difference))
    weight, height = weight_kg or last_weight_kg, height_cm or last_height_cm
    new = weight_kg is not None or height_cm is not None
    if new and weight is not None and height is not None:
        index = bmi(weight, height)
        if not LOWEST_BMI <= index <= HIGHEST_BMI:
            found.append(Doubt("weight_kg" if weight_kg is not None else "height_cm", "bmi", index))
    return found
