"""The registry of kinds: what registers is kept, once."""

from __future__ import annotations

import pytest

from reverie.clinic.rulebook import kinds
from tests.clinic.rulebook.made import KIND


def test_a_session_is_judged_by_two_kinds() -> None:
    assert [kind.kind for kind in kinds.every()] == ["alarm_rules", "clinic_profile"]
    for kind in kinds.every():
        assert kind.role == "medical_director"
        assert kinds.of(kind.kind) is kind
        assert kind.check(kind.defaults()) == ()


def test_a_kind_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_known", {})
    kinds.register(KIND)
    assert kinds.every() == (KIND,)
    assert kinds.of("nothing") is None
    with pytest.raises(ValueError, match="already"):
        kinds.register(KIND)
