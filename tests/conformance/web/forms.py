"""The forms that stand on a page, as a browser would read and send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote_from_bytes

TYPED = {"text", "search", "email", "tel", "number", "url", "password", "textarea", "date", "time"}


@dataclass
class Field:
    """A control: its type, and the values that it has or offers."""

    name: str
    type: str
    values: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    """A form that is sent by POST."""

    action: str
    fields: dict[str, Field] = field(default_factory=dict)

    @property
    def typed(self) -> list[str]:
        """The names of the fields into which people type."""
        return [one.name for one in self.fields.values() if one.type in TYPED]

    def filled(self) -> list[tuple[str, str]]:
        """What an untouched form sends."""
        return [(one.name, value) for one in self.fields.values() for value in one.values]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.inside: Form | None = None
        self.open: Field | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = Form(given.get("action", "")) if given.get("method") == "post" else None
            if self.inside is not None:
                self.forms.append(self.inside)
        if self.inside is None:
            return
        name = given.get("name", "")
        if tag == "option" and self.open is not None:
            self.open.options.append(given.get("value", ""))
            if "selected" in given:
                self.open.values[:] = [given.get("value", "")]
        if tag not in ("input", "textarea", "select", "button") or not name:
            return
        kind = given.get("type", "text") if tag == "input" else tag
        control = self.inside.fields.setdefault(name, Field(name, kind))
        value = given.get("value", "")
        if kind in ("radio", "checkbox"):
            control.options.append(value)
            if "checked" in given:
                control.values.append(value)
        elif tag == "input" or (tag == "button" and not control.values):
            control.values.append(value)
        if tag in ("select", "textarea"):
            self.open = control
            if tag == "textarea":
                control.values.append("")

    def handle_data(self, data: str) -> None:
        if self.open is not None and self.open.type == "textarea":
            # the first line break only opens the box
            self.open.values[-1] += data if self.open.values[-1] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = None
        if tag in ("select", "textarea"):
            if tag == "select" and self.open is not None and not self.open.values:
                self.open.values.extend(self.open.options[:1])
            self.open = None


def forms_of(page: str, path: str) -> list[Form]:
    """The POST forms of a page, with whole actions."""
    reader = _Reader()
    reader.feed(page)
    for form in reader.forms:
        form.action = form.action or path
    return reader.forms


def encoded(pairs: list[tuple[str, str]]) -> str:
    """As a browser sends it, and as no browser would: half characters too."""
    return "&".join(
        f"{quote_from_bytes(name.encode())}={quote_from_bytes(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in pairs
    )


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.shown: dict[str, list[str]] = {}
        self.wrong: set[str] = set()
        self.open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag in ("input", "textarea") and name:
            self.shown.setdefault(name, []).append(given.get("value", ""))
            if given.get("aria-invalid") == "true":
                self.wrong.add(name)
            self.open = name if tag == "textarea" else ""

    def handle_data(self, data: str) -> None:
        if self.open:
            shown = self.shown[self.open]
            shown[-1] += data if shown[-1] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.open = ""


def shown_in(page: str) -> tuple[dict[str, list[str]], set[str]]:
    """What stands in each control of a page, and the names of those that are marked as wrong."""
    reader = _Controls()
    reader.feed(page)
    return reader.shown, reader.wrong
