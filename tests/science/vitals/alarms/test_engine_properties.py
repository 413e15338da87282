"""What holds of the engine whatever comes: steps do not matter, no alarm from nothing, deep is not late."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Lost, Profile, Silent, Technical
from reverie.science.vitals.alarms.told import PRIORITIES, Condition, Linked, Passed, Sample, Situation
from tests.scale import scale
from tests.science.vitals.alarms.played import CALM, CODES, Play, limit, rule, ruleset, sample

PREPARED = engine.prepare(DEFAULTS, Profile())
BAD = ("invalid", "not_available", "demo", "test", "calibration")
KINDS = {one.id: one.predicate for one in DEFAULTS.rules}
values = st.sampled_from(
    (0, 3, 20, 39, 45, 54, 60, 79, 84, 88, 89, 91, 93, 96, 98, 100, 112, 131, 155, 181, 201)
)
Rows = list[tuple[str, int | None, str, str, bool]]
rows = st.tuples(
    st.sampled_from((*CODES, "art_dia", "temp")),
    st.one_of(st.none(), values),
    st.sampled_from(("valid",) * 6 + ("questionable", "overflow", "underflow", *BAD)),
    st.sampled_from(("M1", "M1", "M1", "M2", "")),
    st.booleans(),
)
messages = st.lists(
    st.tuples(st.sampled_from((250, 1_000, 1_000, 1_000, 5_000, 17_000, 61_000)), st.lists(rows, max_size=5)),
    min_size=1,
    max_size=30,
)


def laid_out(
    found: list[tuple[int, Rows]],
) -> list[tuple[int, list[Sample]]]:
    """Messages as (time, samples); one of the rows in a few tells of the past."""
    now, told = 0, []
    for gap, given_rows in found:
        now += gap
        told.append(
            (
                now,
                [
                    Sample(
                        device,
                        name,
                        None if value is None else Decimal(value),
                        validity,
                        now,
                        now - 400_000 if old and not value else now,
                        CODES.get(name, ""),
                        late=bool(old and not value),
                    )
                    for name, value, validity, device, old in given_rows
                ],
            )
        )
    return told


def situation(phase: str = "infusion") -> Situation:
    return Situation(phase, 0, (Linked("M1", 0, None, 1_000),), cuff_interval_ms=300_000)


def whole(
    told: list[tuple[int, list[Sample]]], passed: list[Passed], until: int
) -> tuple[object, tuple[Condition, ...]]:
    flat = [one for _, samples in told for one in samples]
    return engine.step(engine.begin(), PREPARED, situation(), flat, passed, until)


@settings(max_examples=scale(test=20, soak=600), deadline=None)
@given(messages, st.data())
def test_how_it_is_cut_into_steps_changes_nothing(found: list[tuple[int, Rows]], data: st.DataObject) -> None:
    told = laid_out(found)
    passed = [
        Passed("M1", "VTACH", priority, at)
        for (at, _), priority in zip(told[::7], ("high", "", "low", "medium", "", "high"), strict=False)
    ]
    until = told[-1][0] + data.draw(st.integers(0, 400_000))
    memory, together = whole(told, passed, until)
    cut = engine.begin()
    for place, (at, samples) in enumerate(told):
        mine = [one for one in passed if one.at_ms == at]
        cut, _ = engine.step(cut, PREPARED, situation(), samples, mine, at)
        nearly = told[place + 1][0] - 1 if place + 1 < len(told) else until
        if data.draw(st.booleans()) and nearly > at:
            between = data.draw(st.integers(at, nearly))
            cut, _ = engine.step(cut, PREPARED, situation(), [], [], between)
    cut, apart = engine.step(cut, PREPARED, situation(), [], [], until)
    assert apart == together
    assert cut == memory


@settings(max_examples=scale(test=20, soak=600), deadline=None)
@given(messages)
def test_conditions_are_in_order_one_for_each_cause_and_none_of_the_future(
    found: list[tuple[int, Rows]],
) -> None:
    told = laid_out(found)
    memory = engine.begin()
    for at, samples in told:
        memory, conditions = engine.step(memory, PREPARED, situation(), samples, [], at)
        weights = [PRIORITIES.index(one.priority) for one in conditions]
        assert weights == sorted(weights, reverse=True)
        causes = [(one.group, one.subject) for one in conditions]
        assert len(set(causes)) == len(causes)
        for one in conditions:
            assert one.onset_ms <= at
            assert one.since_ms <= at
            assert one.eased_ms is None or one.since_ms <= one.eased_ms <= at


@settings(max_examples=scale(test=20, soak=600), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 40),
            st.lists(st.tuples(st.sampled_from(tuple(CODES)), values, st.sampled_from(BAD))),
        ),
        max_size=30,
    )
)
def test_from_values_that_are_none_comes_nothing_but_that_they_are_missing(
    found: list[tuple[int, list[tuple[str, int, str]]]],
) -> None:
    play = Play(DEFAULTS, linked=True)
    now = 0
    for gap, given_rows in found:
        now += gap
        play.at(now, [sample(name, value, now, validity) for name, value, validity in given_rows])
        for one in play.found:
            kind = KINDS[one.rule]
            absent = one.group in ("apnoea", "no_bp")
            assert absent or isinstance(kind, Lost | Technical | Silent), one


RULES = ruleset(
    rule("very", limit("spo2", "below", (90, 15), (85, 5), (80, 0)), "high", "spo2"),
    rule("mild", limit("spo2", "below", (94, 15)), "medium", "spo2"),
)
LEAST = 60


@settings(max_examples=scale(test=20, soak=600), deadline=None)
@given(
    st.lists(st.tuples(st.integers(78, 99), st.integers(0, 12)), min_size=20, max_size=LEAST),
    st.sampled_from((1, 2, 10, 60)),
)
def test_a_deeper_value_never_alarms_later_or_less(pairs: list[tuple[int, int]], gap_s: int) -> None:
    shallow, deep = Play(RULES), Play(RULES)
    for place, (value, deeper) in enumerate(pairs):
        at = place * gap_s
        shallow.at(at, [sample("spo2", value, at)])
        deep.at(at, [sample("spo2", value - deeper, at)])
        for name in ("very", "mild"):
            first = shallow.first(name)
            reached = [one for one in (deep.first("very"), deep.first(name)) if one is not None]
            assert first is None or min(reached, default=10**9) <= first


@settings(max_examples=scale(test=20, soak=600), deadline=None)
@given(
    st.dictionaries(st.sampled_from(tuple(CALM)), st.sampled_from((0, 20, 50, 82, 120, 160)), min_size=1),
    st.sampled_from(("silence", *BAD)),
    st.lists(st.integers(1, 400), min_size=1, max_size=12),
)
def test_no_condition_is_ended_by_absence(off: dict[str, int], how: str, gaps: list[int]) -> None:
    play = Play(DEFAULTS, linked=True)
    play.run(0, 32, lambda at: [sample(name, value, at) for name, value in (CALM | off).items()])
    held = {(one.group, one.subject) for one in play.found}
    now = 40
    for gap in gaps:
        now += gap
        none = [] if how == "silence" else [sample(name, value, now, how) for name, value in CALM.items()]
        play.at(now, none)
        left = {(one.group, one.subject) for one in play.found}
        hidden = {group for one in left for group in PREPARED.silences.get(one[0], ())}
        gone = {one for one in held - left if one[0] not in hidden}
        # a technical reason gives way to another
        assert gone <= {("off_nose", ""), ("doubtful", "")}
