"""Tests tried on mutants: each in a process of its own, with a limit of time, in memory only.

First every test runs once on the sound code, to know which lines it reaches; a mutant meets only the tests
that reach its line. A failing test, an error or a test without end kills it. Nothing is written to disk.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import hypothesis
import pytest

from tests.mutation.mutants import Mutant

ROOT = Path(__file__).parents[2]
# of computing, so that a busy machine kills no mutant; and by the clock, for one that only waits
LIMIT_S, LIMIT_OF_CLOCK_S = 120, 1_200.0
IMPORTED = "imported"  # reached while the tests were collected, not by one of them
Reach = Mapping[tuple[str, int], Sequence[str]]
_QUIET = [
    *("-q", "-x", "--noconftest", "-W", "ignore"),
    *("-p", "no:cacheprovider", "-p", "no:django", "-p", "no:randomly"),
]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds one module as its mutant."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        self.name = name
        self.code: CodeType = compile(mutant.source, mutant.path, "exec")

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name == self.name else None

    def exec_module(self, module: Any) -> None:
        exec(self.code, module.__dict__)


class _Watcher:
    """A pytest plugin that notes which lines of the targets each test reaches."""

    def __init__(self, targets: Iterable[str]) -> None:
        self.paths = {str(ROOT / path): path for path in targets}
        self.reach: dict[tuple[str, int], dict[str, None]] = {}
        self.test = IMPORTED
        self.took_s: dict[str, float] = {IMPORTED: 0.0}

    def trace(self, frame: FrameType, event: str, _arg: object) -> Any:
        path = self.paths.get(frame.f_code.co_filename)
        if path is None:
            return None
        self.reach.setdefault((path, frame.f_lineno), {})[self.test] = None
        return self.trace

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.test, begun = item.nodeid, time.monotonic()
        try:
            return (yield)
        finally:
            self.took_s[self.test] = time.monotonic() - begun
            self.test = IMPORTED


def reach(targets: Sequence[str], tests: Sequence[str]) -> Reach:
    """Which tests reach which line of the targets, the quickest first.

    Raises RuntimeError if one fails on the sound code.
    """
    code, said = _in_child(lambda: _watch(targets, tests), 20 * LIMIT_S)
    if code != 0 or not said:
        raise RuntimeError(f"the tests fail on the sound code ({code}): {', '.join(tests)}")
    return {(path, line): nodes for path, line, nodes in json.loads(said)}


def _watch(targets: Sequence[str], tests: Sequence[str]) -> tuple[int, str]:
    watcher = _Watcher(targets)
    sys.settrace(watcher.trace)
    code = int(pytest.main([*_QUIET, *tests], plugins=[watcher]))
    sys.settrace(None)
    quick = watcher.took_s
    found = [(*place, sorted(nodes, key=lambda node: quick[node])) for place, nodes in watcher.reach.items()]
    return code, json.dumps(found)


def is_killed(mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether one of the tests notices."""
    name = mutant.path.removeprefix("src/").removesuffix(".py").replace("/", ".")

    def attempt() -> tuple[int, str]:
        sys.meta_path.insert(0, _Finder(name, mutant))
        return int(pytest.main([*_QUIET, *tests])), ""

    return _in_child(attempt, LIMIT_S)[0] != 0


def _in_child(work: Any, limit_s: int) -> tuple[int, str]:
    """The code and text that `work` gives in a process of its own, within so many seconds of computing."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
        _become_quiet()
        code, said = 1, ""
        with contextlib.suppress(BaseException):
            code, said = work()
        with os.fdopen(writer, "w") as out:
            out.write(json.dumps([code, said]))
        os._exit(0)
    os.close(writer)
    os.set_blocking(reader, False)
    heard, ends = b"", time.monotonic() + LIMIT_OF_CLOCK_S
    try:
        while time.monotonic() < ends:
            try:
                piece = os.read(reader, 1 << 20)
            except BlockingIOError:
                time.sleep(0.005)
                continue
            if not piece:
                break
            heard += piece
        else:
            return -1, ""
        code, text = json.loads(heard) if heard else (1, "")
        return code, text
    finally:
        os.close(reader)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _become_quiet() -> None:
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdout = sys.stderr = io.StringIO()
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile(
        "mutation", deadline=None, derandomize=True, database=None, max_examples=25, phases=phases
    )
    hypothesis.settings.load_profile("mutation")
