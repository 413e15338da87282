"""The closing table of alarms: how surely, how soon, how often, beside plain limit alarms on the same data.

Run: python bench/alarms.py [RECORD.hea]. The peer is what a monitor does with fixed limits for intensive care
(SpO2 below 90, heart rate 50 to 120, systolic 90 to 160) and no delay, on the numbers as they were sent; any
of its alarms within the time allowed counts as having noticed, whatever it calls it. A record of bedside
numerics may be named here or by REVERIE_GENUINE_RECORD; it is not part of the project.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from reverie.formats import wfdb
from reverie.science.simulation.alarmed import Alarm, alarms_of, told
from reverie.science.simulation.recorded import messages_of, moments_of_record
from reverie.science.simulation.scripted import Message
from tests.conformance.alarms.editions import EDITIONS
from tests.conformance.alarms.judge import SLACK_MS, interruptive, onset_ms, signal_of
from tests.conformance.alarms.lookalike import write_record
from tests.conformance.alarms.played import NAMES, Played, play
from tests.conformance.alarms.simulated import CUFF_EVERY_MS, sessions

PEER_LIMITS: Mapping[str, tuple[float, float]] = {
    "spo2": (90, 1_000), "hr": (50, 120), "pr": (50, 120), "pulse": (50, 120), "sys": (90, 160),
    "nbpsys": (90, 160),
}  # fmt: skip
SIMULATED = 100
SIGNALS = {rule.id: signal_of(rule) for rule in EDITIONS[""][0].rules}


def peer_alarms(messages: Iterable[Message], interval_ms: int) -> list[tuple[str, int, int]]:
    """The alarms of the peer: parameter, begin and end. One that comes back within a message is the same."""
    open_: dict[str, tuple[int, int]] = {}
    done: list[tuple[str, int, int]] = []
    for message in messages:
        for name, text in message.sent:
            low, high = PEER_LIMITS.get(name, (-1e9, 1e9))
            if not text or low <= float(text) <= high:
                continue
            begun, last = open_.get(name, (message.received_ms, message.received_ms))
            if message.received_ms - last > interval_ms:
                done.append((name, begun, last))
                begun = message.received_ms
            open_[name] = (begun, message.received_ms)
    return sorted([*done, *((name, *one) for name, one in open_.items())], key=lambda one: one[1])


def peer_of(one: Played) -> list[tuple[str, int, int]]:
    """The peer's alarms on a script."""
    messages = (message for second in one.whole for message in second.messages if not message.late)
    return peer_alarms(messages, 1_000)


def main() -> None:
    """Print the table."""
    begun = process_time()
    fifty = [play(name) for name in NAMES]
    taken = process_time() - begun
    samples = sum(
        len(message.readings) for one in fifty for second in one.whole for message in second.messages
    )
    print(f"fifty scripts, {samples:,} samples, {taken:.1f} s of one core with making and judging them\n")
    incidents(fifty)
    ordinary(fifty)
    named = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("REVERIE_GENUINE_RECORD")
    if named:
        recorded("genuine record", wfdb.read(Path(named)))
    with tempfile.TemporaryDirectory() as folder:
        recorded("look-alike record", write_record(Path(folder)))
    simulated("undisturbed", None)
    simulated("disturbed each half hour", 1_800)


def incidents(fifty: Sequence[Played]) -> None:
    """How many high events were noticed, and how soon."""
    found = [
        (one, finding)
        for one in fifty
        for finding in one.judged.findings
        if finding.expected.verb == "expect" and finding.expected.priority == "high"
    ]
    met = [finding for _, finding in found if finding.met]
    late = sorted(finding.late_ms or 0 for finding in met)
    noticed = 0
    for one, finding in found:
        began = onset_ms(finding.expected, one.whole)
        due = began + finding.expected.delay_ms + SLACK_MS
        noticed += any(begin <= due and end >= began for _, begin, end in peer_of(one))
    technical = sum(finding.technical_only for _, finding in found)
    print(f"{'high events in scripts':44}{'reverie':>10}{'limits':>10}{'ratio':>8}")
    line("noticed in time", len(met), noticed)
    line("of", len(found), len(found))
    line("sensitivity, %", 100 * len(met) / len(found), 100 * noticed / len(found))
    print(f"{'told by technical alarms alone':44}{technical:10}")
    if late:
        middle = late[len(late) // 2] / 1_000
        print(f"{'s beyond the delay, median and most':44}{middle:10.1f}{late[-1] / 1_000:10.1f}\n")


def ordinary(fifty: Sequence[Played]) -> None:
    """How often an ordinary session interrupts."""
    normal = [one for one in fifty if one.script.kind == "normal"]
    ours = [alarm for one in normal for alarm in one.judged.interruptive]
    peer = [alarm for one in normal for alarm in peer_of(one)]
    print(f"{f'{len(normal)} ordinary sessions':44}{'reverie':>10}{'limits':>10}{'ratio':>8}")
    line("interruptive alarms", len(ours), len(peer))
    line("a session", len(ours) / len(normal), len(peer) / len(normal))
    print("  ours:   " + counted(rule_of(alarm) for alarm in ours))
    print("  limits: " + counted(name for name, _, _ in peer) + "\n")


def recorded(title: str, record: wfdb.Record) -> None:
    """What a record of bedside numerics raises, as if it were an infusion."""
    alarms = alarms_of(moments_of_record(record), EDITIONS)
    interval_ms = round(1_000 / record.header.frequency_hz)
    peer = peer_alarms(messages_of(record), interval_ms)
    ours = interruptive(alarms)
    hours = record.frames / record.header.frequency_hz / 3_600
    print(f"{f'{title}, {hours:.1f} h':44}{'reverie':>10}{'limits':>10}{'ratio':>8}")
    line("SpO2 alarms", sum(SIGNALS.get(rule_of(one)) == "spo2" for one in alarms),
         sum(name == "spo2" for name, _, _ in peer))  # fmt: skip
    line("interruptive alarms", len(ours), len(peer))
    line("an hour", len(ours) / hours, len(peer) / hours)
    for priority in ("high", "medium", "low"):
        said = counted(rule_of(one) for one in alarms if one.priority == priority)
        print(f"  {priority:7}{said}")
    print("  limits " + counted(name for name, _, _ in peer) + "\n")


def simulated(title: str, artefact_every_s: float | None, count: int = SIMULATED) -> None:
    """How often the simulator's own ordinary sessions interrupt: nobody's truth, for comparison only."""
    ours, peer = [], 0
    for whole in sessions(count, artefact_every_s=artefact_every_s):
        alarms = alarms_of(told(whole, cuff_every_ms=CUFF_EVERY_MS, sets=True), EDITIONS)
        ours += interruptive(alarms)
        peer += len(peer_alarms((message for second in whole for message in second.messages), 1_000))
    print(f"{f'{count} of our simulator, {title}':44}{'reverie':>10}{'limits':>10}{'ratio':>8}")
    line("interruptive alarms", len(ours), peer)
    line("a session", len(ours) / count, peer / count)
    print("  ours:   " + counted(rule_of(alarm) for alarm in ours) + "\n")


def rule_of(alarm: Alarm) -> str:
    """The rule that an alarm was weightiest by."""
    return next(one.condition.rule for one in alarm.spans if one.condition.priority == alarm.priority)


def counted(names: Iterable[str]) -> str:
    """How often each."""
    return ", ".join(f"{count} {name}" for name, count in Counter(names).most_common()) or "none"


def line(words: str, ours: float, peer: float) -> None:
    """One line of the table, with theirs over ours."""
    ratio = f"{peer / ours:7.1f}x" if ours else "      –"
    print(f"{words:44}{ours:10.4g}{peer:10.4g}{ratio}")


if __name__ == "__main__":
    main()
