"""A ruleset as JSON and back: nothing lost, nothing guessed, every fault named."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.sources import Source
from reverie.science.vitals.alarms import body
from reverie.science.vitals.alarms import rules as contract
from reverie.science.vitals.alarms.body import BadRules, body_of, profile_of, ruleset_of
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Profile, Rule, Ruleset
from tests.scale import scale
from tests.science.vitals.alarms.sets import asking, with_more

TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=20)
IDS = st.from_regex(r"\A[a-z0-9]{1,8}(-[a-z0-9]{1,4})?\Z")
NUMBERS = st.builds(
    lambda whole, places: Decimal(whole).scaleb(-places), st.integers(-9_999, 99_999), st.integers(0, 3)
)
WHOLES = st.integers(-1_000_000, 1_000_000)
for kind, values in ((str, TEXTS), (Decimal, NUMBERS), (int, WHOLES)):
    st.register_type_strategy(kind, values)
PREDICATES = st.one_of([st.builds(kind) for kind in body.PREDICATES.values()])
SOURCES = st.builds(Source)
RULES = st.builds(Rule, id=IDS, predicate=PREDICATES, source=SOURCES)
RULESETS = st.builds(
    Ruleset,
    rules=st.lists(RULES, max_size=4, unique_by=lambda rule: rule.id).map(tuple),
    cadence=st.builds(contract.Cadence, source=SOURCES),
    timing=st.builds(contract.Timing, source=SOURCES),
    silences=st.dictionaries(TEXTS, st.lists(TEXTS, max_size=3).map(tuple), max_size=3),
    edition=st.just(""),
)


def through_json(value: object) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False))


def faults_of(text: object) -> tuple[str, ...]:
    with pytest.raises(BadRules) as caught:
        ruleset_of(text)
    return caught.value.faults


def test_the_defaults_come_back_as_they_were() -> None:
    assert ruleset_of(through_json(body_of(DEFAULTS))) == DEFAULTS
    assert ruleset_of(body_of(DEFAULTS), "e-1").edition == "e-1"


@settings(max_examples=scale(test=60, soak=3_000))
@given(RULESETS)
def test_every_set_comes_back_as_it_was(rules: Ruleset) -> None:
    plain = through_json(body_of(rules))
    back = ruleset_of(plain)
    assert back == rules
    assert [str(one) for one in back.rules] == [str(one) for one in rules.rules]
    assert body_of(back) == plain


@given(st.builds(Profile))
def test_every_profile_comes_back_as_it_was(profile: Profile) -> None:
    assert profile_of(through_json(body_of(profile))) == profile


def test_there_are_no_floats_in_a_body() -> None:
    def look(value: object) -> None:
        assert not isinstance(value, float)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            look(inner)

    look(body_of(DEFAULTS))


def test_every_fault_is_told_at_once_with_its_rule_and_field() -> None:
    plain = through_json(body_of(DEFAULTS))
    plain["rules"]["sbp-high"]["predicate"]["steps"][0]["limit"] = 160
    plain["rules"]["sbp-high"]["latching"] = "yes"
    plain["rules"]["hr-low"]["predicate"]["hysteresis"] = "NaN"
    del plain["rules"]["hr-low"]["label"]
    plain["rules"]["spo2-low"]["predicate"]["kind"] = "eval"
    plain["rules"]["arousal-3"]["predicate"]["low"] = 3.0
    plain["rules"]["no-bp-low"]["predicate"]["parameters"] = "sbp"
    plain["cadence"]["grace_s"] = True
    plain["cadence"]["source"]["status"] = "rumour"
    plain["timing"] = None
    plain["silences"]["apnoea"] = [7]
    plain["surplus"] = 1
    faults = faults_of(plain)
    for words in (
        "Rule “sbp-high”: “predicate”: “steps” number 1: “limit” must be a plain number written as text",
        "Rule “sbp-high”: “latching” must be on or off (true or false), not “yes”.",
        "Rule “hr-low”: “label” is missing.",
        "Rule “hr-low”: “predicate”: “hysteresis” must be a plain number",
        "Rule “spo2-low”: “predicate” must have a known “kind”",
        "Rule “arousal-3”: “predicate”: “low” must be a whole number, not a float.",
        "Rule “no-bp-low”: “predicate”: “parameters” must be a list, not “sbp”.",
        "Cadence: “grace_s” must be a whole number, not true.",
        "Cadence: “source”: “status” must be one of published, derived, assumed, not “rumour”.",
        "Timing must be a group of named fields, not nothing.",
        "The rules: “silences” of “apnoea” number 1 must be a text",
        "The rules: “surplus” is not a known field.",
    ):
        assert any(fault.startswith(words) for fault in faults), (words, faults)
    assert len(faults) == 12


@pytest.mark.parametrize(
    ("number", "readable"),
    [
        *(("52.5", True), ("0", True), ("-3", True), ("999999999", True), ("0.000001", True)),
        *(("1e3", False), ("052", False), ("+5", False), ("5.", False), (".5", False), ("٥", False)),
        *((" 5", False), ("", False), ("Infinity", False), ("1234567890", False), ("0.1234567", False)),
        *((5, False), (5.0, False), (None, False), (True, False), ([], False)),
    ],
)
def test_numbers_are_read_strictly(number: object, readable: bool) -> None:
    plain = through_json(body_of(DEFAULTS))
    plain["rules"]["sbp-high"]["predicate"]["hysteresis"] = number
    if readable:
        assert ruleset_of(plain) == asking("sbp-high", hysteresis=Decimal(str(number)))
    else:
        assert len(faults_of(plain)) == 1


@pytest.mark.parametrize(
    ("seconds", "readable"),
    [
        (0, True),
        (-5, True),
        (1_000_000, True),
        (1_000_001, False),
        (-1_000_001, False),
        ("5", False),
        (None, False),
    ],
)
def test_whole_numbers_are_read_strictly(seconds: object, readable: bool) -> None:
    plain = through_json(body_of(DEFAULTS))
    plain["timing"]["rearm_s"] = seconds
    if readable:
        assert ruleset_of(plain).timing.rearm_s == seconds
    else:
        (fault,) = faults_of(plain)
        assert fault.startswith("Timing: “rearm_s” must be a whole number")


@pytest.mark.parametrize("name", ["", "Sbp", "a.b", "a--b", "-a", "a b", "é", "x" * 61])
def test_a_rule_needs_a_plain_name(name: str) -> None:
    plain = through_json(body_of(DEFAULTS))
    plain["rules"][name] = plain["rules"].pop("sbp-high")
    plain["order"][plain["order"].index("sbp-high")] = name
    (fault,) = faults_of(plain)
    assert "cannot be the name of a rule" in fault
    plain["rules"]["x" * 60] = plain["rules"].pop(name)
    plain["order"][plain["order"].index(name)] = "x" * 60
    assert any(rule.id == "x" * 60 for rule in ruleset_of(plain).rules)


@pytest.mark.parametrize("text", ["two\nlines", "\x00", "a" * 401, 7, None, ["x"], "\ud800"])
def test_texts_are_one_line_of_bounded_length(text: object) -> None:
    plain = body_of(DEFAULTS)
    plain["rules"]["sbp-high"]["action"] = text
    (fault,) = faults_of(plain)
    assert fault == "Rule “sbp-high”: “action” must be a text of one line, up to 400 characters."
    plain["rules"]["sbp-high"]["action"] = "a" * 400
    assert ruleset_of(plain).rules


@pytest.mark.parametrize(
    "order", [[], ["sbp-high"], None, "sbp-high", [rule.id for rule in DEFAULTS.rules] * 2, [1, 2]]
)
def test_the_order_names_every_rule_once(order: object) -> None:
    plain = body_of(DEFAULTS)
    plain["order"] = order
    (fault,) = faults_of(plain)
    assert "order" in fault


def test_an_id_stands_in_the_name_only() -> None:
    plain = body_of(DEFAULTS)
    plain["rules"]["sbp-high"]["id"] = "sbp-high"
    assert faults_of(plain) == ("Rule “sbp-high”: “id” is not a known field.",)


def test_two_rules_of_one_name_have_no_body() -> None:
    with pytest.raises(BadRules, match="Two rules are called “sbp-rise”"):
        body_of(with_more(*(rule for rule in DEFAULTS.rules if rule.id == "sbp-rise")))


def test_too_many_rules_are_refused() -> None:
    plain = body_of(DEFAULTS)
    one = plain["rules"]["sbp-high"]
    for size, readable in ((500, True), (501, False)):
        plain["rules"] = {f"r{place}": one for place in range(size)}
        plain["order"] = list(plain["rules"])
        if readable:
            assert len(ruleset_of(plain).rules) == size
        else:
            assert "There are 501 rules" in faults_of(plain)[0]


@pytest.mark.parametrize("wrong", [None, [], "rules", 3, {}, {"rules": []}])
def test_what_is_no_body_is_refused_in_words(wrong: object) -> None:
    for fault in faults_of(wrong):
        assert fault.endswith(".")
    with pytest.raises(BadRules) as caught:
        profile_of(wrong)
    assert caught.value.faults


JSON = st.recursive(
    st.none() | st.booleans() | WHOLES | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
DEFAULT_BODY = body_of(DEFAULTS)


@settings(max_examples=scale(test=60, soak=5_000))
@given(st.data())
def test_whatever_stands_in_a_body_it_is_read_or_told(data: st.DataObject) -> None:
    plain = through_json(DEFAULT_BODY)
    at: Any = plain
    while True:
        places = sorted(at) if isinstance(at, dict) else list(range(len(at)))
        if not places:
            return
        place = data.draw(st.sampled_from(places))
        if not isinstance(at[place], dict | list) or data.draw(st.integers(0, 3)) == 0:
            break
        at = at[place]
    at[place] = data.draw(JSON)
    faults: tuple[str, ...] = ()
    try:
        back = ruleset_of(plain)
    except BadRules as bad:
        faults = bad.faults
    if faults:
        assert all(fault.endswith(".") for fault in faults)
    else:
        assert body_of(back) == plain
