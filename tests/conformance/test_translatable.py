"""Every word on every page goes through gettext: a catalogue marks what it gives, and nothing is bare."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import trans_real

from reverie.clinic.site import shell
from tests.cast import NAMES, Cast, signed_in
from tests.conformance.web.addresses import places
from tests.conformance.web.furnished import furnish

pytestmark = pytest.mark.django_db
OPEN, CLOSE, DATA = "⟦", "⟧", "◇"
# proper names, codes and signs that are the same in every language
SAME = re.compile(
    r"Reverie|Lindenhof|SpO2|HL7|mmHg|mL/h|kg|cm|min|mm|°C|/min|MSH\S*|PID\S*|OBX\S*|ST|UTC|JavaScript|"
    r"[A-Z][a-z]+/[A-Z]\w+(?:/\w+)?|https?://\S+|[a-z_.]+@\S+|[0-9a-f]{8,}[-0-9a-f]*|[A-Z]{1,2}\b|L-\d+|"
    + "|".join(map(re.escape, [*NAMES.values(), *NAMES, "newcomer", "Anna", "SpO"]))
    + r"|Robert|Roberta|Schneider|Miriam|Köhler|Mirjam|Koehler|Tarek|Benali|test client"
)
UNSAID = {"script", "style", "template", "svg", "title"}
ATTRIBUTES = ("aria-label", "placeholder", "title", "alt", "data-label")


class Catalogue:
    """Gives each text back between marks, as a translation would."""

    def gettext(self, message: str) -> str:
        """One text."""
        return f"{OPEN}{message}{CLOSE}" if message else ""

    def ngettext(self, singular: str, plural: str, number: float) -> str:
        """One of two texts."""
        return self.gettext(singular if number == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        """One text with its context."""
        return self.gettext(message)

    def npgettext(self, context: str, singular: str, plural: str, number: float) -> str:
        """One of two texts with their context."""
        return self.ngettext(singular, plural, number)


class Bare(HTMLParser):
    """Collects the words of a page that no catalogue gave."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[str] = []
        self.found: list[str] = []
        self.within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSAID:
            self.hidden.append(tag)
        given = {name: value or "" for name, value in attrs}
        if "mono" not in given.get("class", "") and not self.hidden:
            for name in ATTRIBUTES:
                self.words(given.get(name, ""))

    def handle_endtag(self, tag: str) -> None:
        if self.hidden and self.hidden[-1] == tag:
            self.hidden.pop()

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words(data)

    def words(self, text: str) -> None:
        """Keep what is left of a text without marked and known parts."""
        # a translated text may hold tags, which cut it in pieces here
        left = f"{OPEN}{text}" if self.within else text
        if left.count(OPEN) > left.count(CLOSE):
            left = f"{left}{CLOSE}"
            self.within = True
        else:
            self.within = False
        while (inner := re.sub(r"⟦[^⟦⟧]*⟧", " ", left)) != left:
            left = inner
        left = SAME.sub(" ", re.sub(r"◇[^◇]*◇", " ", left))
        if re.search(r"[^\W\d_]{2}", left):
            self.found.append(" ".join(text.split())[:120])


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A language whose catalogue marks everything."""
    catalogue = Catalogue()
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        # first what Django keeps of the other: it would keep the marking one for good
        monkeypatch.setattr(translation._trans, name, getattr(catalogue, name), raising=False)
        monkeypatch.setattr(trans_real, name, getattr(catalogue, name))


def data(field: str, longest: int) -> str:
    """A text that somebody typed, marked as such."""
    return f"{DATA}{field}"[: longest - 1] + DATA


def test_no_word_on_any_page_is_bare(cast: Cast, marked: None) -> None:
    assert shell._("x") == "⟦x⟧"
    things = furnish(cast, data)
    browsers = {role: signed_in(Client(), who) for role, who in cast.users.items()}
    bare: dict[str, set[str]] = {}
    for place in places(things):
        strange = place.act.relation == "open" and place.name != "account_logout"
        answer: Any = (Client() if strange else browsers[place.roles[0]]).get(place.path)
        if answer.status_code == 302 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        if place.name == "style":  # its examples are no interface
            continue
        reader = Bare()
        reader.feed(answer.content.decode())
        for words in reader.found:
            bare.setdefault(words, set()).add(place.name)
    if bare:
        pytest.fail(
            "\n".join(f"{words!r} on {sorted(names)[:4]}" for words, names in bare.items()), pytrace=False
        )
