"""WFDB records: exact round trips, the quirks of real numerics records, and every kind of damage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reverie.formats import wfdb
from reverie.formats.wfdb.samples import FORMATS, bytes_for, decode, encode, samples_in
from tests.scale import scale

SIZED = settings(max_examples=scale(test=150, soak=5_000), deadline=None)
SIZED_WITH_FILES = settings(SIZED, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def rows(draw: st.DrawFn) -> tuple[int, list[int]]:
    """A format and samples that it can hold, its extremes and the missing value often among them."""
    kind = draw(st.sampled_from(sorted(FORMATS)))
    limits = FORMATS[kind]
    edge = st.sampled_from([limits.least, limits.least + 1, -1, 0, 1, limits.most])
    return kind, draw(st.lists(edge | st.integers(limits.least, limits.most), max_size=41))


@SIZED
@given(rows())
def test_samples_come_back_exactly_and_take_the_stated_bytes(row: tuple[int, list[int]]) -> None:
    kind, values = row
    raw = encode(np.array(values, dtype=np.int32), kind)
    assert len(raw) == bytes_for(len(values), kind)
    assert samples_in(len(raw), kind) == len(values)
    assert decode(raw, len(values), kind).tolist() == values


def test_format_212_packs_the_low_bytes_outside_and_the_high_nibbles_between() -> None:
    # signal(5): first byte and low nibble of the second are sample one; high nibble and third, sample two
    assert encode(np.array([0x123, -1], dtype=np.int32), 212) == bytes([0x23, 0xF1, 0xFF])
    assert encode(np.array([-2_048], dtype=np.int32), 212) == bytes([0x00, 0x08])
    assert decode(bytes([0xFF, 0x87, 0x00]), 2, 212).tolist() == [2_047, -2_048]


def test_format_16_is_little_endian_and_80_is_offset_binary() -> None:
    assert encode(np.array([258, -2], dtype=np.int32), 16) == bytes([0x02, 0x01, 0xFE, 0xFF])
    assert encode(np.array([-128, 0, 127], dtype=np.int32), 80) == bytes([0, 128, 255])


@pytest.mark.parametrize(("kind", "value"), [(16, 32_768), (212, -2_049), (80, 128)])
def test_a_value_out_of_range_is_never_wrapped(kind: int, value: int) -> None:
    with pytest.raises(ValueError, match="format"):
        encode(np.array([value], dtype=np.int32), kind)


@st.composite
def records(draw: st.DrawFn) -> tuple[wfdb.Header, list[list[int]]]:
    """A header over one or two files, with samples; lengths odd and even, one or several a frame."""
    frames = draw(st.integers(0, 9))
    signals, samples = [], []
    for name in draw(st.sampled_from([["a.dat"], ["a.dat", "b.dat"]])):
        kind = draw(st.sampled_from(sorted(FORMATS)))
        offset = draw(st.sampled_from([0, 0, 5]))
        for _ in range(draw(st.integers(1, 3))):
            per_frame = draw(st.integers(1, 2))
            limits = FORMATS[kind]
            number = st.integers(limits.least, limits.most)
            length = frames * per_frame
            samples.append(draw(st.lists(number, min_size=length, max_size=length)))
            signals.append(
                wfdb.Signal(
                    file=name,
                    format=kind,
                    samples_per_frame=per_frame,
                    byte_offset=offset,
                    gain=draw(st.sampled_from([1.0, 10.0, 200.0, 0.125, 1e-3])),
                    baseline=draw(st.integers(-500, 500)),
                    units=draw(st.sampled_from(["bpm", "%", "mmHg", "/min", "deg(C)"])),
                    resolution_bits=draw(st.integers(0, 24)),
                    adc_zero=draw(st.integers(-9, 9)),
                    description=draw(st.sampled_from(["", "SpO2", "a name of words", "température"])),
                )
            )
    header = wfdb.Header(
        name="r-1",
        signals=tuple(signals),
        frequency_hz=draw(st.sampled_from([1.0, 1 / 60, 0.016_666_666_666_7, 360.0])),
        counter_frequency_hz=draw(st.sampled_from([None, 125.0])),
        base_time=draw(st.none() | st.times()),
        comments=tuple(draw(st.sampled_from([[], ["<age>: 60 <sex>: F"], ["one", "two"]]))),
    )
    if header.base_time is not None:
        header = replace(header, base_date=draw(st.none() | st.dates()))
    return header, samples


@SIZED_WITH_FILES
@given(records())
def test_a_written_record_is_read_back_exactly(
    tmp_path: Path, made: tuple[wfdb.Header, list[list[int]]]
) -> None:
    header, samples = made
    read = wfdb.read(wfdb.write(tmp_path, header, samples))
    assert [one.tolist() for one in read.adc] == samples
    assert read.warnings == ()
    blank = [replace(one, first_value=None, checksum=None) for one in read.header.signals]
    assert replace(read.header, signals=tuple(blank), frames=None) == replace(header, frames=None)
    for signal, stored, physical in zip(read.header.signals, samples, read.physical, strict=True):
        missing = FORMATS[signal.format].missing
        for number, value in zip(stored, physical.tolist(), strict=True):
            if number == missing:
                assert np.isnan(value)
            else:
                assert value == (number - signal.baseline) / signal.gain


QUIRKS = """\
s1n 3 0.0166666666667/125 4    31:25.894 10/10/2896
n.dat 16 10/bpm 16 0 725 0 0 HR
n.dat 16 10/% 16 0 0 0 0 SpO2
n.dat 16 1/mmHg 16 0 -32768 0 0 NBPSys
# <age>: 60 <sex>: F
"""


def test_the_quirks_of_a_monitor_numerics_record(tmp_path: Path) -> None:
    """Data file of another name, minutes:seconds, a counter frequency, zeros for a probe that is off."""
    rows = [[725, 0, -32_768], [718, 974, -32_768], [0, 968, 123], [-32_768, 0, -32_768]]
    (tmp_path / "n.dat").write_bytes(np.array(rows, dtype="<i2").tobytes())
    (tmp_path / "s1n.hea").write_text(QUIRKS)
    read = wfdb.read(tmp_path / "s1n")
    assert read.header.starts_at == datetime(2896, 10, 10, 0, 31, 25, 894_000)  # noqa: DTZ001 WFDB has no zone
    assert read.header.counter_frequency_hz == 125.0
    assert round(read.elapsed(3) / timedelta(seconds=1), 3) == 180.0
    assert read.header.comments == ("<age>: 60 <sex>: F",)
    heart, spo2, cuff = (one.tolist() for one in read.physical)
    assert heart[:3] == [72.5, 71.8, 0.0]
    assert spo2 == [0.0, 97.4, 96.8, 0.0]
    assert cuff[2] == 123.0
    assert np.isnan(heart[3])
    assert np.isnan([cuff[0], cuff[1], cuff[3]]).all()
    assert len(read.warnings) == 3  # the checksums of zero do not fit, and that stops nothing
    assert "SpO2" in read.warnings[1]


def test_a_wrong_checksum_warns_and_a_right_one_does_not(tmp_path: Path) -> None:
    header = wfdb.Header("c", (wfdb.Signal("c.dat", 16, description="HR"),))
    path = wfdb.write(tmp_path, header, [[30_000, 30_000, 30_000]])
    assert wfdb.read(path).header.signals[0].checksum == 90_000 - 65_536
    assert wfdb.read(path).warnings == ()
    path.write_text(path.read_text().replace("24464", "24465"))
    assert wfdb.read(path).warnings == ("c.dat: the checksum of HR is 24464, the header states 24465",)


def test_defaults_where_the_header_is_silent(tmp_path: Path) -> None:
    (tmp_path / "d.dat").write_bytes(bytes([1, 0, 2, 0, 3]))
    (tmp_path / "d.hea").write_text("# before\r\nd 1\r\nd.dat 16\r\n")
    read = wfdb.read(tmp_path / "d.hea")
    signal = read.header.signals[0]
    assert (read.header.frequency_hz, read.frames, read.header.starts_at) == (250.0, 2, None)
    assert (signal.gain, signal.units, signal.checksum) == (200.0, "mV", None)
    assert read.physical[0].tolist() == [1 / 200, 2 / 200]


def test_baseline_follows_adc_zero_unless_stated_and_a_gain_of_zero_is_the_default() -> None:
    text = "g 3\na.dat 16 10/x 16 4\na.dat 16 10(7)/x 16 4\na.dat 16 0/x 16 4\n"
    assert [one.baseline for one in wfdb.parse_header(text).signals] == [4, 7, 4]
    assert wfdb.parse_header(text).signals[2].gain == 200.0


def test_a_skewed_signal_is_moved_back_and_its_end_is_missing(tmp_path: Path) -> None:
    (tmp_path / "k.dat").write_bytes(np.array([[1, 0], [2, 0], [3, 1], [4, 2]], dtype="<i2").tobytes())
    (tmp_path / "k.hea").write_text("k 2 1 4\nk.dat 16 1/x\nk.dat 16:2 1/x\n")
    first, second = wfdb.read(tmp_path / "k").physical
    assert first.tolist() == [1, 2, 3, 4]
    assert second[:2].tolist() == [1, 2]
    assert np.isnan(second[2:]).all()


GOOD = "r 1 1 2 0:0:0 1/1/2000"
LINE = "r.dat 16 10/bpm 16 0 0 0 0 HR"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "no record line"),
        ("# only a comment\n", None, "no record line"),
        ("r/3 1\n", 1, "several segments"),
        ("r\n", 1, "number of signals"),
        ("r x\n", 1, "number of signals"),
        ("r 1٣\n", 1, "number of signals"),
        ("r 99999\n", 1, "more than"),
        (f"r 2\n{LINE}\n", 2, "states 2 signals"),
        (f"r 1\n{LINE}\n{LINE}\n", 3, "states 1 signals"),
        (f"r 1 fast\n{LINE}", 1, "sampling frequency"),
        (f"r 1 0\n{LINE}", 1, "not possible"),
        (f"r 1 1/0\n{LINE}", 1, "not possible"),
        (f"r 1 1 -4\n{LINE}", 1, "number of samples"),
        (f"r 1 1 2 25:00:00\n{LINE}", 1, "time of day"),
        (f"r 1 1 2 0:60:00\n{LINE}", 1, "time of day"),
        (f"r 1 1 2 0:0:0 30/02/2000\n{LINE}", 1, "not a date"),
        (f"{GOOD} more\n{LINE}", 1, "a word too many"),
        (f"{GOOD}\nr.dat\n", 2, "names no format"),
        (f"{GOOD}\n# hello\nr.dat 310 10\n", 3, "format 310 is not supported"),
        (f"{GOOD}\nr.dat sixteen\n", 2, "not a signal format"),
        (f"{GOOD}\nr.dat 16x0\n", 2, "samples per frame"),
        (f"{GOOD}\nr.dat 16 high\n", 2, "not a gain"),
        (f"{GOOD}\nr.dat 16 1/x 16 0 0 sum\n", 2, "checksum"),
        (f"{GOOD}\n../r.dat 16 1/x\n", 2, "not a file beside the header"),
        (f"{GOOD}\n- 16 1/x\n", 2, "not a file beside the header"),
        ("r 2\nr.dat 16\nr.dat 212\n", 3, "differ in format"),
    ],
)
def test_a_bad_header_names_file_and_line(tmp_path: Path, text: str, line: int | None, words: str) -> None:
    path = tmp_path / "r.hea"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(wfdb.BrokenRecord, match=words) as caught:
        wfdb.read(path)
    assert (caught.value.path, caught.value.line) == (path, line)
    assert str(path) in str(caught.value)


def test_missing_and_cut_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(wfdb.BrokenRecord, match=r"none\.hea: cannot be opened"):
        wfdb.read(tmp_path / "none")
    path = wfdb.write(tmp_path, wfdb.Header("t", (wfdb.Signal("t.dat", 212),)), [[1, 2, 3]])
    (tmp_path / "t.dat").write_bytes((tmp_path / "t.dat").read_bytes()[:-1])
    with pytest.raises(wfdb.BrokenRecord, match=r"t\.dat: the signal file is cut off: 5 .* 4 found"):
        wfdb.read(path)
    (tmp_path / "t.dat").unlink()
    with pytest.raises(wfdb.BrokenRecord, match=r"t\.dat: the signal file cannot be opened"):
        wfdb.read(path)


def test_a_header_that_promises_terabytes_is_refused_before_any_memory_is_taken(tmp_path: Path) -> None:
    (tmp_path / "b.dat").write_bytes(b"\0\0")
    (tmp_path / "b.hea").write_text("b 1 1 999999999999999\nb.dat 16x4096 1/x\n")
    with pytest.raises(wfdb.BrokenRecord, match="cut off"):
        wfdb.read(tmp_path / "b")


def test_a_header_without_signals_cannot_be_read_as_a_record(tmp_path: Path) -> None:
    (tmp_path / "e.hea").write_text("e 0 1\n")
    assert wfdb.read_header(tmp_path / "e.hea").signals == ()
    with pytest.raises(wfdb.BrokenRecord, match="no signals"):
        wfdb.read(tmp_path / "e")


@st.composite
def damaged_headers(draw: st.DrawFn) -> str:
    """A good header with a few pieces cut out, put in or swapped."""
    text = QUIRKS
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.sampled_from([0, 1, 2, 9]))
        put = draw(
            st.sampled_from(["", " ", "\n", "\r", "\0", "9" * 30, "-", "x", "/", "(", "#", "nan", "é", "٣"])
        )
        text = text[:at] + put + text[at + cut :]
    return text


@settings(SIZED_WITH_FILES, max_examples=scale(test=400, soak=50_000))
@given(damaged_headers() | st.text(max_size=60), st.binary(max_size=40))
def test_no_header_and_no_data_raise_anything_but_a_broken_record(
    tmp_path: Path, text: str, raw: bytes
) -> None:
    (tmp_path / "f.hea").write_bytes(text.encode("utf-8", "surrogatepass"))
    (tmp_path / "n.dat").write_bytes(raw)
    try:
        read = wfdb.read(tmp_path / "f.hea")
    except wfdb.BrokenRecord as broken:
        said = str(broken)
    else:
        said = f"{tmp_path}: {len(read.physical)} signals"
    assert said.startswith(str(tmp_path))


def test_bytes_that_are_no_text_are_still_a_named_error(tmp_path: Path) -> None:
    (tmp_path / "x.hea").write_bytes(bytes(range(128, 256)) * 9)
    with pytest.raises(wfdb.BrokenRecord, match=r"x\.hea, line 1"):
        wfdb.read(tmp_path / "x.hea")


@pytest.mark.parametrize(
    ("signals", "samples", "words"),
    [
        ((wfdb.Signal("a.dat", 16),), [], "1 signals, but 0 rows"),
        ((wfdb.Signal("a.dat", 16), wfdb.Signal("a.dat", 16)), [[1], [1, 2]], "differ in length"),
        ((wfdb.Signal("a.dat", 16, samples_per_frame=2),), [[1, 2, 3]], "differ in length"),
        ((wfdb.Signal("a.dat", 16, skew=1),), [[1]], "skewed"),
        ((wfdb.Signal("a.dat", 212),), [[4_000]], "format 212"),
    ],
)
def test_what_cannot_be_written_exactly_is_refused(
    tmp_path: Path, signals: tuple[wfdb.Signal, ...], samples: list[list[int]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        wfdb.write(tmp_path, wfdb.Header("w", signals), samples)


def test_times_and_dates_are_written_as_the_format_wants(tmp_path: Path) -> None:
    header = wfdb.Header("w", (wfdb.Signal("w.dat", 16),), base_time=time(0, 31), base_date=date(2896, 1, 2))
    text = wfdb.write(tmp_path, header, [[1]]).read_text()
    assert text.splitlines()[0] == "w 1 250 1 00:31:00 02/01/2896"
