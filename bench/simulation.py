"""How fast simulated sessions run: many patients at once against one at a time, on one core.

python -m bench.simulation [seconds per measurement]. A session is 90 minutes at 1 Hz: the drug, six vital
signs, artefacts and what a monitor shows; one at a time is how a simulated monitor beside a chair runs, its
HL7 messages included.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np

from reverie.clinic.devices.simulated.device import Spec, build, usual_program
from reverie.science.simulation.artefacts import KINDS
from reverie.science.simulation.population import draw_patients
from reverie.science.simulation.trace import run, usual_infusion

MINUTES, AT_ONCE = 90, 250
SECONDS = 60 * MINUTES
BAR = 20_000
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def main(patience_s: float) -> None:
    """Measure each way for `patience_s` and print a table; the CPU's time counts, not the clock's."""
    plain = measured(lambda: at_once(frozenset()), AT_ONCE * SECONDS, patience_s)
    whole = measured(lambda: at_once(frozenset(KINDS) - {"demo"}), AT_ONCE * SECONDS, patience_s)
    alone = measured(lambda: one_at_a_time(900), 900, patience_s)
    print(f"{'simulated seconds per second of one core':58}{'× real time':>12}")
    print(f"{f'{AT_ONCE} patients at once, {MINUTES} minutes at 1 Hz':58}{plain:12,.0f}")
    print(f"{'… with every artefact':58}{whole:12,.0f}   (bar {BAR:,}; × {whole / BAR:.0f})")
    print(f"{'one patient, HL7 messages included':58}{alone:12,.0f}   (× {whole / alone:,.0f} slower)")


def at_once(artefacts: frozenset[str]) -> None:
    """One batch of sessions."""
    rng = np.random.default_rng(1)
    patients, at_s = draw_patients(rng, AT_ONCE), np.arange(float(SECONDS))
    run(patients, at_s, usual_infusion(patients, at_s, 600.0), rng, artefacts=artefacts)


def one_at_a_time(seconds: int) -> None:
    """One simulated monitor, asked each second."""
    device = build(Spec("M", seed=1, program=usual_program(60.0)), BEGUN)
    for second in range(seconds):
        device.messages(float(second), BEGUN + timedelta(seconds=second))


def measured(work: Callable[[], None], units: int, patience_s: float) -> float:
    """Units of work per second of CPU, the best of as many runs as `patience_s` allows."""
    best, spent = 0.0, 0.0
    while spent < patience_s:
        began = time.process_time()
        work()
        took = time.process_time() - began
        best, spent = max(best, units / took), spent + took
    return best


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
