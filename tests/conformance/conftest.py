"""One demo clinic for all tests that operate Reverie from outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.operating.demo import Running, served


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running demo with a folder of its own; tests keep to devices of their own names.

    At the end Ctrl-C in its terminal must leave none of its processes.
    """
    with served("demo", tmp_path_factory.mktemp("demo") / "home") as running:
        yield running
        assert running.ends("ctrl-c") == []
