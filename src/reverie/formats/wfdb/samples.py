"""Samples as bytes: WFDB signal formats 16, 212 and 80, both ways.

Knows how many bytes a number of samples takes and which value marks a missing sample.
It knows nothing of signals, gain or files. Source: signal(5).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int32]


@dataclass(frozen=True)
class Format:
    """Range of the stored integers and the one that means "no sample"."""

    least: int
    most: int
    missing: int


FORMATS = {
    16: Format(-32_768, 32_767, -32_768),
    80: Format(-128, 127, -128),
    212: Format(-2_048, 2_047, -2_048),
}


def bytes_for(count: int, kind: int) -> int:
    """The bytes that `count` samples take in format `kind`."""
    if kind == 212:
        return (3 * count + 1) // 2
    return count * (2 if kind == 16 else 1)


def samples_in(size: int, kind: int) -> int:
    """The samples that `size` bytes hold in format `kind`; a remainder is not counted."""
    if kind == 212:
        return 2 * size // 3
    return size // (2 if kind == 16 else 1)


def decode(raw: bytes, count: int, kind: int) -> Samples:
    """The first `count` samples, shape (count,). Raises ValueError when `raw` is too short."""
    if len(raw) < bytes_for(count, kind):
        raise ValueError(f"{len(raw)} bytes do not hold {count} samples in format {kind}")
    if kind == 16:
        return np.frombuffer(raw, dtype="<i2", count=count).astype(np.int32)
    if kind == 80:
        return np.frombuffer(raw, dtype=np.uint8, count=count).astype(np.int32) - 128
    pairs = (count + 1) // 2
    block = np.zeros(3 * pairs, dtype=np.int32)
    used = bytes_for(count, kind)
    block[:used] = np.frombuffer(raw, dtype=np.uint8, count=used)
    low, middle, high = block[0::3], block[1::3], block[2::3]
    samples = np.empty(2 * pairs, dtype=np.int32)
    samples[0::2] = low | (middle & 0x0F) << 8
    samples[1::2] = high | (middle & 0xF0) << 4
    samples[samples > 2_047] -= 4_096
    return samples[:count]


def encode(samples: Samples, kind: int) -> bytes:
    """The bytes of `samples` (shape (n,)). Raises ValueError when one is out of the format's range."""
    limits = FORMATS[kind]
    if samples.size and (samples.min() < limits.least or samples.max() > limits.most):
        raise ValueError(f"format {kind} holds {limits.least} to {limits.most}")
    if kind == 16:
        return samples.astype("<i2").tobytes()
    if kind == 80:
        return (samples + 128).astype(np.uint8).tobytes()
    padded = np.zeros(samples.size + samples.size % 2, dtype=np.int32)
    padded[: samples.size] = samples
    padded &= 0x0FFF
    first, second = padded[0::2], padded[1::2]
    block = np.empty(3 * first.size, dtype=np.uint8)
    block[0::3] = first & 0xFF
    block[1::3] = first >> 8 | (second >> 8) << 4
    block[2::3] = second & 0xFF
    return block.tobytes()[: bytes_for(samples.size, kind)]
