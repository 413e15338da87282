"""The header of a WFDB record: what was recorded, how fast, since when, and in which files.

Knows the record line, the signal lines and the comments of header(5). It reads no samples.
Whatever is wrong is a BrokenRecord that names file and line; nothing else escapes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path

from reverie.formats.wfdb.samples import FORMATS

DEFAULT_FREQUENCY_HZ = 250.0
DEFAULT_GAIN = 200.0
SLOWEST_HZ, FASTEST_HZ = 1e-6, 1e9
MOST_SIGNALS = 4_096
MOST_SAMPLES_PER_FRAME = 4_096

_WHOLE = re.compile(r"[0-9]{1,15}\Z")
_SIGNED = re.compile(r"[+-]?[0-9]{1,10}\Z")
_NUMBER = r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?"
_FREQUENCY = re.compile(rf"({_NUMBER})(?:/({_NUMBER})(?:\(({_NUMBER})\))?)?\Z")
_FORMAT = re.compile(r"([0-9]{1,4})(?:x([0-9]{1,6}))?(?::([0-9]{1,9}))?(?:\+([0-9]{1,12}))?\Z")
_GAIN = re.compile(rf"({_NUMBER})(?:\(([+-]?[0-9]{{1,10}})\))?(?:/(\S+))?\Z")
_TIME = re.compile(r"(?:(?:([0-9]{1,2}):)?([0-9]{1,2}):)?([0-9]{1,2})(?:\.([0-9]{1,9}))?\Z")
_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{1,4})\Z")


class BrokenRecord(ValueError):
    """A record that cannot be read: `path`, `line` (None when the whole file is meant), `reason`."""

    def __init__(self, path: Path | str, line: int | None, reason: str) -> None:
        """Say what is wrong, and where."""
        self.path, self.line, self.reason = Path(path), line, reason
        where = f"{path}, line {line}" if line is not None else str(path)
        super().__init__(f"{where}: {reason}")


@dataclass(frozen=True)
class Signal:
    """One signal line. Physical value = (sample - baseline) / gain, in `units`.

    `skew` is in frames, `byte_offset` in bytes. `checksum` and `first_value` are None when the line
    does not state them.
    """

    file: str
    format: int
    samples_per_frame: int = 1
    skew: int = 0
    byte_offset: int = 0
    gain: float = DEFAULT_GAIN
    baseline: int = 0
    units: str = "mV"
    resolution_bits: int = 0
    adc_zero: int = 0
    first_value: int | None = None
    checksum: int | None = None
    block_size: int = 0
    description: str = ""


@dataclass(frozen=True)
class Header:
    """A whole header. `frames` is None when the record line leaves the length open.

    `base_time` and `base_date` carry no zone: WFDB records none.
    """

    name: str
    signals: tuple[Signal, ...]
    frequency_hz: float = DEFAULT_FREQUENCY_HZ
    counter_frequency_hz: float | None = None
    base_counter: float = 0.0
    frames: int | None = None
    base_time: time | None = None
    base_date: date | None = None
    comments: tuple[str, ...] = ()

    @property
    def starts_at(self) -> datetime | None:
        """Date and time of the first frame, without zone; None unless the header states both."""
        if self.base_time is None or self.base_date is None:
            return None
        return datetime.combine(self.base_date, self.base_time)


def read_header(path: Path) -> Header:
    """The header in the file `path`. Raises BrokenRecord."""
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        raise BrokenRecord(path, None, f"cannot be opened ({_cause(error)})") from error
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return parse_header(text, path)


def parse_header(text: str, path: Path | str = "header") -> Header:
    """The header that `text` holds; `path` only names it in errors. Raises BrokenRecord."""
    lines: list[tuple[int, str]] = []
    comments: list[str] = []
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        stripped = line.strip(" \t")
        if stripped.startswith("#"):
            comments.append(stripped[1:].strip(" \t"))
        elif stripped.split():
            lines.append((number, stripped))
    if not lines:
        raise BrokenRecord(path, None, "there is no record line in it")
    number, record_line = lines[0]
    stated, fields = _record_line(record_line, path, number)
    signal_lines = lines[1:]
    if len(signal_lines) != stated:
        at = signal_lines[stated][0] if len(signal_lines) > stated else lines[-1][0]
        reason = f"the record line states {stated} signals, the header describes {len(signal_lines)}"
        raise BrokenRecord(path, at, reason)
    signals = tuple(_signal_line(line, path, at) for at, line in signal_lines)
    _check_files(signals, path, [at for at, _ in signal_lines])
    return Header(
        name=fields.name,
        signals=signals,
        frequency_hz=fields.frequency_hz,
        counter_frequency_hz=fields.counter_frequency_hz,
        base_counter=fields.base_counter,
        frames=fields.frames,
        base_time=fields.base_time,
        base_date=fields.base_date,
        comments=tuple(comments),
    )


def _record_line(line: str, path: Path | str, number: int) -> tuple[int, Header]:
    words = line.split()
    name, slash, segments = words[0].partition("/")
    if slash:
        reason = f"the record has several segments ({segments or '?'}); only single-segment records are read"
        raise BrokenRecord(path, number, reason)
    if len(words) < 2:
        raise BrokenRecord(path, number, "the record line states no number of signals")
    if len(words) > 6:
        raise BrokenRecord(path, number, f"the record line has a word too many: {_quote(words[6])}")
    stated = _whole(words[1], "number of signals", path, number)
    if stated > MOST_SIGNALS:
        raise BrokenRecord(path, number, f"{stated} signals are more than {MOST_SIGNALS}")
    frequency, counter, base_counter = DEFAULT_FREQUENCY_HZ, None, 0.0
    if len(words) > 2:
        match = _FREQUENCY.match(words[2])
        if not match:
            raise BrokenRecord(path, number, f"{_quote(words[2])} is not a sampling frequency")
        frequency = float(match[1])
        counter = float(match[2]) if match[2] else None
        base_counter = float(match[3]) if match[3] else 0.0
        if not SLOWEST_HZ <= frequency <= FASTEST_HZ or (counter is not None and not counter > 0):
            raise BrokenRecord(path, number, f"the frequency {_quote(words[2])} is not possible")
    frames = _whole(words[3], "number of samples", path, number) if len(words) > 3 else 0
    return stated, Header(
        name=name,
        signals=(),
        frequency_hz=frequency,
        counter_frequency_hz=counter,
        base_counter=base_counter,
        frames=frames or None,
        base_time=_time(words[4], path, number) if len(words) > 4 else None,
        base_date=_date(words[5], path, number) if len(words) > 5 else None,
    )


def _signal_line(line: str, path: Path | str, number: int) -> Signal:
    words = line.split(maxsplit=8)
    if len(words) < 2:
        raise BrokenRecord(path, number, "the signal line names no format")
    match = _FORMAT.match(words[1])
    if not match:
        raise BrokenRecord(path, number, f"{_quote(words[1])} is not a signal format")
    kind = int(match[1])
    if kind not in FORMATS:
        known = ", ".join(str(one) for one in sorted(FORMATS))
        raise BrokenRecord(path, number, f"signal format {kind} is not supported (supported: {known})")
    per_frame = int(match[2]) if match[2] else 1
    if not 1 <= per_frame <= MOST_SAMPLES_PER_FRAME:
        raise BrokenRecord(path, number, f"{per_frame} samples per frame are not possible")
    gain, baseline, units = DEFAULT_GAIN, None, "mV"
    if len(words) > 2:
        scale = _GAIN.match(words[2])
        if not scale:
            raise BrokenRecord(path, number, f"{_quote(words[2])} is not a gain")
        # header(5): a gain of zero means uncalibrated, and the default is to be assumed
        gain = float(scale[1]) or DEFAULT_GAIN
        baseline = int(scale[2]) if scale[2] else None
        units = scale[3] or "mV"
    labels = ("ADC resolution", "ADC zero", "initial value", "checksum", "block size")
    stated = dict.fromkeys(labels, 0)
    stated |= {
        label: _signed(word, label, path, number) for word, label in zip(words[3:8], labels, strict=False)
    }
    adc_zero = stated["ADC zero"]
    return Signal(
        file=words[0],
        format=kind,
        samples_per_frame=per_frame,
        skew=int(match[3] or 0),
        byte_offset=int(match[4] or 0),
        gain=gain,
        baseline=adc_zero if baseline is None else baseline,
        units=units,
        resolution_bits=stated["ADC resolution"],
        adc_zero=adc_zero,
        first_value=stated["initial value"] if len(words) > 5 else None,
        checksum=stated["checksum"] if len(words) > 6 else None,
        block_size=stated["block size"],
        description=words[8].strip() if len(words) > 8 else "",
    )


def _check_files(signals: Sequence[Signal], path: Path | str, numbers: Sequence[int]) -> None:
    first: dict[str, Signal] = {}
    for signal, number in zip(signals, numbers, strict=True):
        if signal.file in ("-", "~", ".", "..") or "/" in signal.file or "\\" in signal.file:
            reason = f"{_quote(signal.file)} is not a file beside the header"
            raise BrokenRecord(path, number, reason)
        known = first.setdefault(signal.file, signal)
        if (known.format, known.byte_offset) != (signal.format, signal.byte_offset):
            reason = f"signals in {_quote(signal.file)} differ in format or byte offset"
            raise BrokenRecord(path, number, reason)


def _whole(word: str, label: str, path: Path | str, number: int) -> int:
    if not _WHOLE.match(word):
        raise BrokenRecord(path, number, f"{_quote(word)} is not a {label}")
    return int(word)


def _signed(word: str, label: str, path: Path | str, number: int) -> int:
    if not _SIGNED.match(word):
        raise BrokenRecord(path, number, f"{_quote(word)} is not a value for the {label}")
    return int(word)


def _time(word: str, path: Path | str, number: int) -> time:
    match = _TIME.match(word)
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
        microseconds = int((match[4] or "0").ljust(6, "0")[:6])
        if hours < 24 and minutes < 60 and seconds < 60:
            return time(hours, minutes, seconds, microseconds)
    raise BrokenRecord(path, number, f"{_quote(word)} is not a time of day (hours:minutes:seconds)")


def _date(word: str, path: Path | str, number: int) -> date:
    match = _DATE.match(word)
    if match:
        try:
            return date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            pass
    raise BrokenRecord(path, number, f"{_quote(word)} is not a date (day/month/year)")


def _quote(word: str) -> str:
    shown = word if len(word) <= 40 else word[:40] + "…"
    return f"“{shown}”"


def _cause(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
