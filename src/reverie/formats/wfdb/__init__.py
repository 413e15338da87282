"""WFDB records: the header (.hea) and signal files (.dat) of recorded vital signs.

Reads and writes single-segment records in signal formats 16, 212 and 80; refuses the rest by name.
It never invents a sample: what the file marks as missing is NaN, and a zero stays a zero.
Source: the WFDB Applications Guide, header(5) and signal(5).
"""

from __future__ import annotations

from reverie.formats.wfdb.header import BrokenRecord, Header, Signal, parse_header, read_header
from reverie.formats.wfdb.record import Record, read, write

__all__ = [
    "BrokenRecord",
    "Header",
    "Record",
    "Signal",
    "parse_header",
    "read",
    "read_header",
    "write",
]
