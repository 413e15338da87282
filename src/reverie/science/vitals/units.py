"""Units as monitors write them, and what they become.

Exact Decimal arithmetic; a converted value is rounded to a hundredth, half to even. A unit that is not
here is foreign: its value is refused, never rescaled.
Sources: ISO/IEEE 11073-10101 dimension codes; UCUM; SI (1 mmHg = 133.322387415 Pa).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from reverie.science.sources import Source

Convert = Callable[[Decimal], Decimal]
PA_PER_MMHG = Decimal("133.322387415")
SI = Source("The International System of Units (SI Brochure), 9th edition", 2019, "published")
_HUNDREDTH = Decimal("0.01")


def kpa_to_mmhg(value: Decimal) -> Decimal:
    """Kilopascal as mmHg."""
    return (value * 1_000 / PA_PER_MMHG).quantize(_HUNDREDTH)


def fahrenheit_to_celsius(value: Decimal) -> Decimal:
    """Degrees Fahrenheit as degrees Celsius."""
    return ((value - 32) * 5 / 9).quantize(_HUNDREDTH)


def same(value: Decimal) -> Decimal:
    """The value itself."""
    return value


@dataclass(frozen=True)
class Spelling:
    """A unit: the canonical one it becomes, how, its MDC codes and the ways it is written."""

    unit: str
    convert: Convert
    codes: tuple[str, ...]
    names: tuple[str, ...]
    source: Source = SI


SPELLINGS = (
    Spelling(
        "/min",
        same,
        # beats, pulses, breaths and plain events per minute
        ("264864", "264896", "264928"),
        (
            *("MDC_DIM_BEAT_PER_MIN", "MDC_DIM_PULS_PER_MIN", "MDC_DIM_RESP_PER_MIN", "MDC_DIM_X_PER_MIN"),
            *("/min", "1/min", "min-1", "pm", "p/min", "ppm", "bpm", "rpm", "brpm"),
            *("beats/min", "beat/min", "pulse/min", "pulses/min", "breaths/min", "breath/min", "resp/min"),
            *("{beats}/min", "{beat}/min", "{pulse}/min", "{breaths}/min", "{breath}/min", "{resp}/min"),
            *("beats per minute", "breaths per minute"),
        ),
    ),
    Spelling("%", same, ("262688",), ("MDC_DIM_PERCENT", "%", "percent", "pct")),
    Spelling("mmHg", same, ("266016",), ("MDC_DIM_MMHG", "mmHg", "mm[Hg]", "mm(Hg)", "mm_Hg")),
    Spelling("mmHg", kpa_to_mmhg, ("265987",), ("MDC_DIM_KILO_PASCAL", "kPa", "kilopascal")),
    Spelling("Cel", same, ("268192",), ("MDC_DIM_DEGC", "Cel", "degC", "°C", "℃", "C", "deg_C", "celsius")),
    Spelling(
        "Cel",
        fahrenheit_to_celsius,
        ("268160", "266560"),
        ("MDC_DIM_FAHR", "MDC_DIM_DEGF", "degF", "[degF]", "°F", "℉", "F", "deg_F", "fahr", "fahrenheit"),
    ),
    Spelling("kg", same, ("263875",), ("MDC_DIM_KILO_G", "kg", "kilogram", "kgs")),
    Spelling("cm", same, ("263441",), ("MDC_DIM_CENTI_M", "cm", "centimeter", "centimetre")),
    Spelling(
        "mL/h", same, ("265266",), ("MDC_DIM_MILLI_L_PER_HR", "mL/h", "mL/hr", "mL/hour", "milliliter/hour")
    ),
    Spelling("mL", same, ("263762",), ("MDC_DIM_MILLI_L", "mL", "milliliter", "millilitre")),
)


def _key(text: str) -> str:
    return text.strip().lower().replace(" ", "_")


_BY_CODE = {code: spelling for spelling in SPELLINGS for code in spelling.codes}
_BY_NAME = {_key(name): spelling for spelling in SPELLINGS for name in spelling.names}


def spelt(code: str, name: str) -> Spelling | None:
    """The unit that a code and its text mean together; None when it is foreign or they disagree.

    A plain unit such as `mmHg` may stand in either place. A free text beside a known code does no harm.
    """
    by_code = _BY_CODE.get(code) or _BY_NAME.get(_key(code))
    by_name = _BY_NAME.get(_key(name))
    if not name or name == code:
        return by_code
    if not code:
        return by_name
    if by_code is None:
        return None
    if by_name is None:
        return by_code if not name.upper().startswith("MDC") else None
    return by_code if (by_code.unit, by_code.convert) == (by_name.unit, by_name.convert) else None


def stated_unit(unit: tuple[str, ...]) -> Spelling | None:
    """The unit of a coded element: code, text, system, and the same again for an alternate code.

    The alternate counts when the first says nothing that we know; if both are known they must agree.
    """
    first, other = spelt(unit[0], unit[1]), spelt(unit[3], unit[4])
    if first is None or other is None:
        # a first that contradicts itself is not saved by an alternate
        known = _BY_CODE.get(unit[0]) or _BY_NAME.get(_key(unit[0])) or _BY_NAME.get(_key(unit[1]))
        return first or (other if known is None else None)
    return first if (first.unit, first.convert) == (other.unit, other.convert) else None


def own_text(code: str, name: str) -> str:
    """A unit as the message writes it, for a value that we do not map."""
    return name if name and (not code or code.isdigit()) else code
