"""The alarm watch over many sessions at 1 Hz: its share of a core, and how late looks and alarms are.

Run: python bench/watch.py [SESSIONS [SECONDS]]. One process commits a message a second into each session, as
the listener does; the watch runs in another, timed look by look. Every second some cuffs measure 205/105; an
alarm's latency is from the commit of that message to the alarm's own. At the end the watch is killed and
another one begins: how long until it judges again.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reverie.clinic.site.settings")

BATCH = 50
GROUP = "bp_high"
MEASURED_A_SECOND = 5
HIGH = {"nibp_sys": "205", "nibp_dia": "105"}
WELL = {"hr": "72", "pr": "72", "spo2": "97", "rr": "14", "etco2": "38"}


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def main() -> None:
    """Measure and print."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    place = Path(tempfile.mkdtemp(prefix="reverie-bench-"))
    try:
        os.environ["REVERIE_HOME"] = str(place)
        names = _prepare(sessions)
        watch = _child("--watch", str(place / "looks"))
        _until_it_looks(place)
        used, begun = _cpu_s(watch.pid), perf_counter()
        before_mb = _rss_mb(watch.pid)
        fed = _child("--feed", str(seconds))
        fed.wait()
        assert fed.returncode == 0
        used, took = _cpu_s(watch.pid) - used, perf_counter() - begun
        grown_mb = _rss_mb(watch.pid) - before_mb
        sleep(2)
        watch.send_signal(signal.SIGTERM)
        watch.wait()
        looks = [float(line) for line in (place / "looks").read_text().split()]
        late = _late(names)
        print(f"{sessions} sessions, {seconds} s, one message of {len(WELL)} rows a second each")
        each_us = 1e6 * used / (sessions * seconds)
        print(f"watch: {100 * used / took:.0f} % of a core, {each_us:.0f} µs a message (fed in {took:.0f} s)")
        print(f"memory: {before_mb:.0f} MB, {grown_mb:+.1f} MB by the end")
        p50, p99 = percentile(looks, 0.5), percentile(looks, 0.99)
        print(f"look: p50 {p50:.0f}, p99 {p99:.0f} ms ({len(looks)} looks)")
        print(
            f"alarm after the message that caused it: p50 {percentile(late, 0.5):.0f}, "
            f"p99 {percentile(late, 0.99):.0f}, at worst {max(late, default=float('nan')):.0f} ms "
            f"({len(late)} alarms)"
        )
        begun = perf_counter()
        again = _child("--watch", str(place / "looks again"))
        _until_it_looks(place)
        print(f"another watch judges all of them again after {perf_counter() - begun:.1f} s")
        again.send_signal(signal.SIGTERM)
        again.wait()
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _child(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, *words])


def _prepare(count: int) -> list[str]:
    from reverie.clinic.kernel import keys

    keys.create_all()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from django.db import connection

    from tests.clinic.devices import ward
    from tests.clinic.session.running import bring_to_infusing

    sessions: list[Any] = ward.furnish(count)
    names = [one.stream for one in sessions]
    bring_to_infusing(names)
    Path(os.environ["REVERIE_HOME"], "streams.json").write_text(json.dumps(names))
    connection.close()
    return names


def _until_it_looks(place: Path) -> None:
    pulse = place / "pulses" / "watch.json"
    while not pulse.exists() or "looked_s" not in json.loads(pulse.read_text() or "{}").get("figures", {}):
        sleep(0.02)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_048_576


def _late(names: list[str]) -> list[float]:
    """Milliseconds from each first high pressure to its alarm."""
    from reverie.clinic.kernel.models import Entry

    first: dict[int, int] = {}
    found = []
    rows = Entry.objects.filter(kind__in=("readings", "alarm_raised")).order_by("head_id", "seq")
    for head_id, kind, recorded_ms, body in rows.values_list("head_id", "kind", "recorded_ms", "body"):
        if kind == "readings":
            if '["nibp_sys","205"]' in body:
                first.setdefault(head_id, recorded_ms)
        elif json.loads(body)["group"] == GROUP and head_id in first:
            found.append(float(recorded_ms - first.pop(head_id)))
    assert not first, f"{len(first)} high values without an alarm"
    return found


def watch(out: Path) -> None:
    """The watch's own loop, each look timed."""
    import django

    django.setup()
    from reverie.clinic.session.watch import LOOK_EVERY_S, Watch

    one = Watch()

    def end(*_: object) -> None:
        one.ending = True

    signal.signal(signal.SIGTERM, end)
    took = []
    while not one.ending:
        begun = perf_counter()
        one.turn()
        took.append(1_000 * (perf_counter() - begun))
        sleep(max(0.0, begun + LOOK_EVERY_S - perf_counter()))
    one.end()
    # the first look gets to know everything
    out.write_text("\n".join(map(str, took[1:])))


def feed(seconds: int) -> None:
    """A message a second into every session, in batches, as devices' messages come in."""
    import django

    django.setup()
    from django.db import transaction

    from reverie.clinic.kernel import streams
    from tests.clinic.session.made import message, row

    names: list[str] = json.loads(Path(os.environ["REVERIE_HOME"], "streams.json").read_text())
    number = 0
    begun = perf_counter()
    for second in range(seconds):
        # from the third second on, and early enough for the alarm to come in time
        which = second - 2 if 2 <= second < seconds - 1 else -1
        chosen = {names[(MEASURED_A_SECOND * which + one) % len(names)] for one in range(MEASURED_A_SECOND)}
        for start in range(0, len(names), BATCH):
            number += 1
            with transaction.atomic():
                parts = []
                heads = streams.lock_all(names[start : start + BATCH])
                for name, head in heads.items():
                    cuff = HIGH if which >= 0 and name in chosen else {}
                    rows = [row(key, value) for key, value in (WELL | cuff).items()]
                    parts.append((head, [message(number, *rows)]))
                streams.append_all(parts)
            due = begun + second + (start + BATCH) / len(names)
            sleep(max(0.004, due - perf_counter()))


if __name__ == "__main__":
    what, words = [*sys.argv, ""][1], sys.argv[2:]
    if what == "--watch":
        watch(Path(words[0]))
    elif what == "--feed":
        feed(int(words[0]))
    else:
        main()
