"""A whole WFDB record: header and samples together, read from and written to a folder.

Missing samples become NaN; zeros are left as they are, since a monitor sends them for a probe that is
off and only a later rule may judge them. A checksum that does not fit is a warning, not an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from reverie.formats.wfdb.header import BrokenRecord, Header, Signal, read_header
from reverie.formats.wfdb.samples import FORMATS, Samples, bytes_for, decode, encode, samples_in


@dataclass(frozen=True, eq=False)
class Record:
    """A record: `adc[i]` and `physical[i]` belong to `header.signals[i]`.

    `adc[i]` is int32 as stored, `physical[i]` float64 in the signal's units with NaN for missing
    samples; both have shape (frames * samples_per_frame,). `warnings` are sentences.
    """

    header: Header
    frames: int
    adc: tuple[Samples, ...]
    physical: tuple[NDArray[np.float64], ...]
    warnings: tuple[str, ...]

    def elapsed(self, frame: int) -> timedelta:
        """Time from the first frame to `frame`."""
        return timedelta(seconds=frame / self.header.frequency_hz)


def read(path: Path) -> Record:
    """The record of the header file `path` (with or without `.hea`). Raises BrokenRecord."""
    if path.suffix != ".hea" and path.name:
        path = path.with_name(path.name + ".hea")
    header = read_header(path)
    if not header.signals:
        raise BrokenRecord(path, None, "the record has no signals")
    raw = {name: _load(path.parent / name) for name in dict.fromkeys(one.file for one in header.signals)}
    frames = header.frames
    if frames is None:
        frames = min(_frames_in(raw[name], _of_file(header, name)) for name in raw)
    by_signal: dict[int, Samples] = {}
    for name in raw:
        by_signal |= _separate(raw[name], frames, header, name, path)
    warnings = tuple(_checksum_warnings(header, by_signal))
    adc = tuple(_unskew(by_signal[i], signal) for i, signal in enumerate(header.signals))
    physical = tuple(_scale(one, signal) for one, signal in zip(adc, header.signals, strict=True))
    return Record(header, frames, adc, physical, warnings)


def write(folder: Path, header: Header, adc: Sequence[ArrayLike]) -> Path:
    """Write a record into `folder` and give back the path of its header.

    `adc[i]` are the integers of `header.signals[i]`, shape (frames * samples_per_frame,). Frames, first
    values and checksums are worked out from them. Raises ValueError on what the format cannot hold.
    """
    samples = [np.asarray(one, dtype=np.int32) for one in adc]
    if len(samples) != len(header.signals):
        raise ValueError(f"{len(header.signals)} signals, but {len(samples)} rows of samples")
    lengths = {one.size / sig.samples_per_frame for one, sig in zip(samples, header.signals, strict=True)}
    frames = lengths.pop() if lengths else 0.0
    if lengths or frames != int(frames):
        raise ValueError("the signals differ in length")
    if any(signal.skew for signal in header.signals):
        raise ValueError("a skewed signal cannot be written: its last samples would be lost")
    signals = tuple(
        replace(sig, first_value=int(one[0]) if one.size else 0, checksum=_checksum(one))
        for sig, one in zip(header.signals, samples, strict=True)
    )
    for name in dict.fromkeys(signal.file for signal in signals):
        members = [i for i, signal in enumerate(signals) if signal.file == name]
        columns = [samples[i].reshape(int(frames), signals[i].samples_per_frame) for i in members]
        kind, offset = signals[members[0]].format, signals[members[0]].byte_offset
        (folder / name).write_bytes(bytes(offset) + encode(np.hstack(columns).ravel(), kind))
    path = folder / f"{header.name}.hea"
    path.write_text(_header_text(replace(header, signals=signals, frames=int(frames))), encoding="utf-8")
    return path


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise BrokenRecord(path, None, f"the signal file cannot be opened ({cause})") from error


def _of_file(header: Header, name: str) -> list[tuple[int, Signal]]:
    return [(i, signal) for i, signal in enumerate(header.signals) if signal.file == name]


def _frames_in(raw: bytes, members: list[tuple[int, Signal]]) -> int:
    first = members[0][1]
    per_frame = sum(signal.samples_per_frame for _, signal in members)
    return samples_in(max(0, len(raw) - first.byte_offset), first.format) // per_frame


def _separate(raw: bytes, frames: int, header: Header, name: str, path: Path) -> dict[int, Samples]:
    members = _of_file(header, name)
    first = members[0][1]
    per_frame = sum(signal.samples_per_frame for _, signal in members)
    body = raw[first.byte_offset :]
    needed = bytes_for(frames * per_frame, first.format)
    if len(body) < needed:
        reason = f"the signal file is cut off: {needed:,} bytes of samples expected, {len(body):,} found"
        raise BrokenRecord(path.parent / name, None, reason)
    rows = decode(body, frames * per_frame, first.format).reshape(frames, per_frame)
    separate: dict[int, Samples] = {}
    column = 0
    for i, signal in members:
        separate[i] = rows[:, column : column + signal.samples_per_frame].ravel()
        column += signal.samples_per_frame
    return separate


def _unskew(samples: Samples, signal: Signal) -> Samples:
    shift = min(signal.skew * signal.samples_per_frame, samples.size)
    if not shift:
        return samples
    lost = np.full(shift, FORMATS[signal.format].missing, dtype=np.int32)
    return np.concatenate([samples[shift:], lost])


def _scale(samples: Samples, signal: Signal) -> NDArray[np.float64]:
    physical = (samples.astype(np.float64) - signal.baseline) / signal.gain
    physical[samples == FORMATS[signal.format].missing] = np.nan
    return physical


def _checksum(samples: Samples) -> int:
    total = int(samples.sum(dtype=np.int64)) & 0xFFFF
    return total - 0x1_0000 if total > 0x7FFF else total


def _checksum_warnings(header: Header, by_signal: dict[int, Samples]) -> list[str]:
    warnings = []
    for i, signal in enumerate(header.signals):
        found = _checksum(by_signal[i])
        if signal.checksum is not None and (signal.checksum - found) % 0x1_0000:
            label = signal.description or f"signal {i + 1}"
            warnings.append(
                f"{signal.file}: the checksum of {label} is {found}, the header states {signal.checksum}"
            )
    return warnings


def _header_text(header: Header) -> str:
    rate = _number(header.frequency_hz)
    if header.counter_frequency_hz is not None:
        rate += f"/{_number(header.counter_frequency_hz)}"
        if header.base_counter:
            rate += f"({_number(header.base_counter)})"
    words = [header.name, str(len(header.signals)), rate, str(header.frames or 0)]
    if header.base_time is not None:
        words.append(_time_text(header.base_time))
        if header.base_date is not None:
            words.append(_date_text(header.base_date))
    lines = [" ".join(words), *(_signal_text(signal) for signal in header.signals)]
    lines += [f"# {comment}" for comment in header.comments]
    return "\n".join(lines) + "\n"


def _signal_text(signal: Signal) -> str:
    kind = str(signal.format)
    if signal.samples_per_frame != 1:
        kind += f"x{signal.samples_per_frame}"
    if signal.byte_offset:
        kind += f"+{signal.byte_offset}"
    gain = f"{_number(signal.gain)}({signal.baseline})/{signal.units}"
    words = (signal.file, kind, gain, signal.resolution_bits, signal.adc_zero, signal.first_value)
    tail = (signal.checksum, signal.block_size, signal.description)
    return " ".join(str(word) for word in (*words, *tail)).rstrip()


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _time_text(at: time) -> str:
    return at.isoformat(timespec="microseconds" if at.microsecond else "seconds")


def _date_text(on: date) -> str:
    return f"{on.day:02d}/{on.month:02d}/{on.year:04d}"
