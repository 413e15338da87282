"""Messages a second on one core: ours with validity, units and times, beside `hl7` and `hl7apy`.

Run: python bench/hl7_parse.py [SECONDS]. All parse the same messages of 12 OBX rows, each message with its
own control id, time and values; CPU time counts. The peers only split them into fields: they do no more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random
from time import process_time

import hl7
from hl7apy.parser import parse_message

from reverie.clinic.devices.hl7v2.message import read

ROWS = (
    ("147842^MDC_ECG_HEART_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 50, 120, 0),
    ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 50, 120, 0),
    ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "262688^MDC_DIM_PERCENT^MDC", 88, 100, 0),
    ("150488^MDC_BLD_PERF_INDEX^MDC", "262688^MDC_DIM_PERCENT^MDC", 1, 12, 2),
    ("150301^MDC_PRESS_CUFF_SYS^MDC", "266016^MDC_DIM_MMHG^MDC", 100, 180, 0),
    ("150302^MDC_PRESS_CUFF_DIA^MDC", "266016^MDC_DIM_MMHG^MDC", 50, 88, 0),
    ("150303^MDC_PRESS_CUFF_MEAN^MDC", "266016^MDC_DIM_MMHG^MDC", 70, 110, 0),
    ("151562^MDC_RESP_RATE^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC", 8, 30, 0),
    ("151708^MDC_CONC_AWAY_CO2_ET^MDC", "266016^MDC_DIM_MMHG^MDC", 25, 50, 0),
    ("151716^MDC_CONC_AWAY_CO2_INSP^MDC", "266016^MDC_DIM_MMHG^MDC", 0, 3, 0),
    ("150344^MDC_TEMP^MDC", "268160^MDC_DIM_FAHR^MDC", 97, 102, 1),
    ("148066^MDC_ECG_V_P_C_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 0, 5, 0),
)
BEGUN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def compose(count: int) -> list[bytes]:
    """Messages of a monitor, one a second."""
    rng = Random(1)
    messages = []
    for i in range(count):
        at = f"{BEGUN + timedelta(seconds=i):%Y%m%d%H%M%S}+0000"
        lines = [
            f"MSH|^~\\&|MONITOR^00A0370098006640^EUI-64|WARD|||{at}||ORU^R01^ORU_R01|{i}|P|2.6|||AL|NE||"
            "UNICODE UTF-8",
            "PID|||1^^^Hospital^PI||Doe^Jane^^^^^L",
            f"OBR|1|{i}^MONITOR|{i}^MONITOR|182777000^monitoring of patient^SCT|||{at}",
        ]
        for number, (code, unit, low, high, digits) in enumerate(ROWS, start=1):
            value = f"{rng.uniform(low, high):.{digits}f}"
            lines.append(f"OBX|{number}|NM|{code}|1.3.1.{number}|{value}|{unit}|50-120||||R|||{at}")
        messages.append(("\r".join(lines) + "\r").encode())
    return messages


def rate(work: Callable[[bytes], object], messages: list[bytes], seconds: float) -> float:
    """Messages a second that `work` does, over about `seconds`."""
    done, begun = 0, process_time()
    for message in cycle(messages):
        work(message)
        done += 1
        if done % 10 == 0 and process_time() - begun >= seconds:
            break
    return done / (process_time() - begun)


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 3.0
    messages = compose(5_000)
    assert all(len(read(message).readings) == len(ROWS) for message in messages[:50])
    ours = rate(read, messages, seconds)
    peers = {
        "hl7": rate(lambda raw: hl7.parse(raw.decode()), messages, seconds),
        "hl7apy": rate(lambda raw: parse_message(raw.decode(), find_groups=False), messages, seconds),
    }
    print(f"{'12 OBX rows':12} {'messages/s':>12} {'ours is':>10}")
    print(f"{'reverie':12} {ours:12,.0f}")
    for name, figure in peers.items():
        print(f"{name:12} {figure:12,.0f} {ours / figure:9,.0f}x")


if __name__ == "__main__":
    main()
