"""`python -m tests.mutation [--sample N] [--seed S] [--jobs J] [TARGET …]`: the score and who survived.

A target is a part of a path, such as `news2` or `alarms/check`; without one, all alarm and NEWS2 code.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.trial import IMPORTED, ROOT, Reach, is_killed, reach

VITALS = "src/reverie/science/vitals"
TESTS = "tests/science/vitals"
JUDGES = "tests/conformance/alarms"  # but for those that go through the clinic
# what is data without a number to get wrong, or only names things
NOT_TRIED = ("__init__", "default_sources", "rules", "told")


def rooms() -> tuple[tuple[list[str], list[str]], ...]:
    """What is tried: modules, and the tests that should notice."""
    alarms = [path for path in _files(f"{VITALS}/alarms", "*.py") if Path(path).stem not in NOT_TRIED]
    return (
        ([f"{VITALS}/news2.py"], [f"{TESTS}/test_news2.py"]),
        ([f"{VITALS}/monitor_alarms.py"], [f"{TESTS}/test_monitor_alarms.py"]),
        (alarms, [*_files(f"{TESTS}/alarms", "test_*.py"), *_files(JUDGES, "test_[!t]*.py")]),
    )


def _files(folder: str, pattern: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / folder).glob(pattern))


def tests_for(mutant: Mutant, reached: Reach, tests: list[str]) -> list[str]:
    """The tests that reach the mutant's line; for one that is only imported all, its own first."""
    lines = [line for line in (mutant.line, mutant.begins) if (mutant.path, line) in reached]
    if not lines:
        return []
    nodes = [node for node in reached[mutant.path, lines[0]] if node != IMPORTED]
    own = f"test_{Path(mutant.path).stem}.py"
    return nodes or sorted(tests, key=lambda path: (not path.endswith(own), path))


def _judge(one: tuple[Mutant, list[str]]) -> bool:
    mutant, tests = one
    killed = bool(tests) and is_killed(mutant, tests)
    if not killed:
        where = f"{mutant.path.removeprefix(VITALS + '/')}:{mutant.line}"
        sys.stdout.write(f"survived {where} {mutant.what}{'' if tests else ' (no test reaches it)'}\n")
        sys.stdout.flush()
    return killed


def main() -> None:
    """Print the score; leave with 1 if it is below the bar."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--bar", type=float, default=90.0)
    asked = parser.parse_args()
    work: list[tuple[Mutant, list[str]]] = []
    for paths, tests in rooms():
        wanted = [path for path in paths if not asked.targets or any(one in path for one in asked.targets)]
        if not wanted:
            continue
        reached = reach(wanted, tests)
        for path in wanted:
            for mutant in mutants_of(path, (ROOT / path).read_text()):
                work.append((mutant, tests_for(mutant, reached, tests)))
    if asked.sample:
        work = random.Random(asked.seed).sample(work, min(asked.sample, len(work)))

    # forked workers: the tests' libraries are imported once
    with multiprocessing.get_context("fork").Pool(asked.jobs) as pool:
        killed = sum(pool.imap_unordered(_judge, work))
    score = 100 * killed / len(work) if work else 0.0
    sys.stdout.write(f"{killed} of {len(work)} mutants killed: {score:.1f} %\n")
    sys.exit(0 if score >= asked.bar else 1)


if __name__ == "__main__":
    main()
