"""A process that is the monitors of a ward: five messages a second into each stream until it is told to end.

`python -m tests.crash.ward_feed SEED STREAM...`; SpO2 falls and comes back at random; at last all is well.
"""

from __future__ import annotations

import random
import signal
import sys
import time

import django

EVERY_S = 0.2
WELL = {"hr": "72", "pr": "72", "spo2": "97", "rr": "14", "etco2": "38"}
AT_THE_END = 15


def main(seed: int, names: list[str]) -> None:
    django.setup()
    from django.db import transaction

    from reverie.clinic.kernel import streams
    from tests.clinic.session.made import message, row

    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    rng = random.Random(seed)
    low = dict.fromkeys(names, False)
    left = {name: rng.randint(5, 25) for name in names}
    number = ending = 0
    while ending < AT_THE_END:
        number += 1
        ending += bool(told)
        for name in names:
            left[name] -= 1
            if left[name] < 0:
                low[name] = not low[name]
                left[name] = rng.randint(20, 40)
            spo2 = "75" if low[name] and not told else "97"
            rows = [row(key, value) for key, value in (WELL | {"spo2": spo2}).items()]
            with transaction.atomic():
                streams.append(streams.lock(name), [message(number, *rows)])
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
