"""The tables are whole: every entry has a unit, a range and a source, every code means one thing."""

from __future__ import annotations

from reverie.science.sources import Source
from reverie.science.vitals.parameters import (
    LABELS,
    LEAST_PULSE_PRESSURE_SOURCE,
    MEANINGS,
    SENTINELS_SOURCE,
)
from reverie.science.vitals.units import SPELLINGS

PARAMETERS = {
    *("hr", "pr", "spo2", "pi", "nibp_sys", "nibp_dia", "nibp_mean", "art_sys", "art_dia", "art_mean"),
    *("rr", "etco2", "fico2", "temp", "weight", "height", "pump_rate", "pump_volume"),
}


def test_every_parameter_has_a_code_and_no_other_exists() -> None:
    assert {meaning.parameter.name for meaning in MEANINGS} == PARAMETERS


def test_every_entry_has_a_source_with_its_status() -> None:
    sources = [
        *(meaning.source for meaning in MEANINGS),
        *(meaning.parameter.source for meaning in MEANINGS),
        *(spelling.source for spelling in SPELLINGS),
        SENTINELS_SOURCE,
        LEAST_PULSE_PRESSURE_SOURCE,
    ]
    for source in sources:
        assert isinstance(source, Source)
        assert source.citation
        assert source.year >= 1990
        assert source.status in ("published", "derived", "assumed")


def test_a_code_or_a_name_means_one_thing() -> None:
    codes = [meaning.code for meaning in MEANINGS]
    names = [name for meaning in MEANINGS for name in meaning.names]
    labels = [label for labels in LABELS.values() for label in labels]
    assert len(set(codes)) == len(codes)
    assert len(set(names)) == len(names)
    assert len(set(labels)) == len(labels)
    assert all(meaning.names and meaning.code.isdigit() for meaning in MEANINGS)


def test_ranges_and_units_are_lawful() -> None:
    units = {spelling.unit for spelling in SPELLINGS}
    assert units == {"/min", "%", "mmHg", "Cel", "kg", "cm", "mL/h", "mL"}
    for meaning in MEANINGS:
        assert meaning.parameter.low < meaning.parameter.high
        assert meaning.parameter.unit in units


def test_what_waits_for_another_code_waits_for_one_of_the_same_parameter() -> None:
    by_code = {meaning.code: meaning for meaning in MEANINGS}
    for meaning in MEANINGS:
        if meaning.unless:
            assert by_code[meaning.unless].parameter is meaning.parameter
    pairs = {(meaning.pair, meaning.end) for meaning in MEANINGS if meaning.pair}
    assert pairs == {(pair, end) for pair in ("cuff", "noninv", "art") for end in ("sys", "dia")}
