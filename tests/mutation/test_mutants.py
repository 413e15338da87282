"""The faults that are put into code, and that sound tests notice them."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import ROOT
from tests.scale import SOAK, scale
from tests.soak import figure


def sources(source: str) -> list[str]:
    return [mutant.source for mutant in mutants_of("x.py", source)]


@pytest.mark.parametrize(
    ("source", "mutants"),
    [
        ("a < b", ["a <= b"]),
        ("a == b and c", ["a == b or c", "a != b and c"]),
        ("a is None", ["a is not None"]),
        ("a in b", ["a not in b"]),
        ("x = a + 1", ["x = a - 1", "x = a + 2"]),
        ("x = a * b", ["x = a // b"]),
        ("x = not a", ["x = a"]),
        ("x = True", ["x = False"]),
        ("x: int = 3", ["x: int = 4"]),
        ("x = Decimal('2.5')", ["x = Decimal('3.5')"]),
        ("x = min(a)", ["x = max(a)"]),
        ("def f() -> bool:\n    return a", ["def f() -> bool:\n    return not a"]),
        ("def f() -> int:\n    return a", ["def f() -> int:\n    return None"]),
        ("for a in b:\n    break", ["for a in b:\n    continue"]),
        # left alone
        ("x = 'a' + b", []),
        ("x = f'{a + 1}'", []),
        ("def f(a: int | None) -> int | None:\n    'Text.'", []),
        ("assert a < 1", []),
        ("x = Source('y', 2026, 'assumed')", []),
        ("return None", []),
    ],
)
def test_faults(source: str, mutants: list[str]) -> None:
    assert sources(source) == mutants


def test_a_fault_names_its_place_and_leaves_the_rest_as_it_was() -> None:
    source = "a = 1\nb = (\n    2,\n    c < d,\n)"
    found = mutants_of("x.py", source)
    assert [(one.begins, one.line, one.what) for one in found] == [
        (1, 1, "1 -> 2"),
        (2, 3, "2 -> 3"),
        (2, 4, "Lt -> LtE"),
    ]
    assert found[-1] == Mutant("x.py", 2, 4, "Lt -> LtE", "a = 1\nb = (2, c <= d)")


def test_the_tests_of_alarms_and_news2_notice_faults() -> None:
    words = () if SOAK else ("news2", "--sample", str(scale(test=10, soak=0)))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=clean,
    )
    found = re.search(r"(\d+) of (\d+) mutants killed: ([0-9.]+) %", done.stdout)
    assert found is not None, done.stderr
    if SOAK:
        figure("mutants of the alarm and NEWS2 code killed", f"{found[1]} of {found[2]} ({found[3]} %)")
    assert float(found[3]) >= 90, done.stdout
    assert done.returncode == 0
