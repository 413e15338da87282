"""Every address declares who may use it, every command is written down, every model has a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from reverie.cli import main, reference
from reverie.clinic.kernel.access import act_of
from tests.house.tree import ROOT


def addresses(resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Every address of the clinic with its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        address = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, address)
        else:
            yield address, entry


def test_every_address_declares_its_act() -> None:
    known = dict(addresses())
    assert "/" in known
    assert not [address for address, pattern in known.items() if act_of(pattern.callback) is None]


def test_the_reference_of_commands_is_what_the_commands_say() -> None:
    written = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    assert written == reference.page(), "`./run docs` writes it again"


def test_every_command_is_in_the_reference() -> None:
    written = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
    hidden = {door.word for door in main.DOORS if door.hidden}
    words = [word for word in main.words_of(main.build(None, whole=True)) if word not in hidden]
    assert len(words) >= len(main.DOORS) - len(hidden)
    assert not [word for word in words if f"## reverie {word}\n" not in written]


def test_every_model_has_its_word_in_the_glossary() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    defined = {word.lower() for word in re.findall(r"^\*\*(.+?)\*\*", glossary, re.MULTILINE)}
    models = [model for model in apps.get_models() if model.__module__.startswith("reverie.clinic.")]
    assert models
    spaced = {re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).lower() for model in models}
    assert sorted(spaced - defined) == []


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    words = [word.lower() for word in re.findall(r"^\*\*(.+?)\*\*", glossary, re.MULTILINE)]
    assert words == sorted(set(words))
