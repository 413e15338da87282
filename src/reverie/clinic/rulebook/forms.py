"""The forms of the rulebook: an edition with all its fields, signing, coming into force, comparing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.kernel import clock
from reverie.clinic.kernel.typed.fields import LineField, MomentField, NumberField
from reverie.clinic.rulebook.kinds import Block, Body, Fault, Field, Group, Kind, Path
from reverie.clinic.rulebook.paths import ABSENT, value_at, with_value

LONGEST_LINE, LONGEST_TEXT = 120, 200
USED = "holds"  # the blocks that are not left out
NOW, LATER, NOT_YET = "now", "at", "not yet"


def name_of(path: Path) -> str:
    """The name of the control for what stands at a path."""
    return ".".join(path)


class BlockShown(NamedTuple):
    """A block as the form shows it: its fields bound, its own tick (None: it cannot be left out)."""

    block: Block
    fields: list[BoundField]
    tick: Any


class GroupShown(NamedTuple):
    """A group as the form shows it."""

    title: str
    blocks: list[BlockShown]
    wrong: bool


class Wrong(NamedTuple):
    """A field with what is wrong with it, and the block that it stands in."""

    title: str
    field: BoundField
    errors: list[str]


class EditionForm(forms.Form):
    """Every field of a body. It starts from an older edition; what that leaves out can be put back."""

    def __init__(self, data: Any, kind: Kind, body: Body) -> None:
        self.kind = kind
        self.start = _with_left_out(kind, body)
        self.groups: tuple[Group, ...] = kind.groups(self.start)
        super().__init__(data, initial=self._initial(body), auto_id="id_%s")
        ticks = [(name_of(block.path), block.title) for block in self._blocks() if block.optional]
        self.fields[USED] = forms.MultipleChoiceField(
            label=_("Rules that hold"), choices=ticks, required=False, widget=forms.CheckboxSelectMultiple
        )
        for block in self._blocks():
            for field in block.fields:
                self.fields[name_of(field.path)] = _control(field)

    def clean(self) -> dict[str, Any]:
        """What stands in a block that is left out does not matter."""
        data: dict[str, Any] = super().clean() or {}
        for block in self._blocks():
            if not self._holds(block, data):
                for field in block.fields:
                    self.errors.pop(name_of(field.path), None)
        return data

    def body(self) -> Body:
        """The body as it was filled in."""
        body = self.start
        for block in self._blocks():
            if not self._holds(block, self.cleaned_data):
                body = with_value(body, block.path, ABSENT)
                continue
            for field in block.fields:
                body = with_value(body, field.path, _kept(field, self.cleaned_data[name_of(field.path)]))
        return self.kind.tidy(body)

    def say(self, faults: Iterable[Fault]) -> None:
        """Put each fault beside its field, or its block; the rest stands above all."""
        blocks = {block.path: block for block in self._blocks() if block.path}
        for fault in faults:
            name = name_of(fault.path)
            block = blocks.get(fault.path)
            if fault.path and name in self.fields:
                self.add_error(name, fault.words)
            elif block is not None and block.fields:
                self.add_error(name_of(block.fields[0].path), fault.words)
            else:
                self.add_error(None, fault.words)

    def shown(self) -> list[GroupShown]:
        """The groups with their bound fields, in order."""
        found = []
        ticks = {str(one.data["value"]): one for one in self[USED]}
        for group in self.groups:
            blocks = [
                BlockShown(
                    block,
                    [self[name_of(field.path)] for field in block.fields],
                    ticks.get(name_of(block.path)),
                )
                for block in group.blocks
            ]
            wrong = any(field.errors for block in blocks for field in block.fields)
            found.append(GroupShown(group.title, blocks, wrong))
        return found

    def wrong(self) -> list[Wrong]:
        """The fields with errors, for the summary: each named with the rule that it belongs to."""
        found = (
            [Wrong("", self[USED], [str(each) for each in self.errors[USED]])] if USED in self.errors else []
        )
        for block in self._blocks():
            for field in block.fields:
                name = name_of(field.path)
                if name in self.errors:
                    found.append(Wrong(block.title, self[name], [str(each) for each in self.errors[name]]))
        return found

    def _blocks(self) -> Iterable[Block]:
        return (block for group in self.groups for block in group.blocks)

    def _holds(self, block: Block, data: dict[str, Any]) -> bool:
        return not block.optional or name_of(block.path) in data.get(USED, ())

    def _initial(self, body: Body) -> dict[str, Any]:
        there = (block for block in self._blocks() if value_at(body, block.path) is not ABSENT)
        found: dict[str, Any] = {USED: [name_of(block.path) for block in there if block.optional]}
        for block in self._blocks():
            for field in block.fields:
                value = value_at(self.start, field.path)
                found[name_of(field.path)] = None if value is ABSENT else value
        return found


def _with_left_out(kind: Kind, body: Body) -> Body:
    """The body with every optional block of the defaults that it leaves out."""
    defaults = kind.defaults()
    for group in kind.groups(defaults):
        for block in group.blocks:
            if block.optional and value_at(body, block.path) is ABSENT:
                body = with_value(body, block.path, value_at(defaults, block.path))
    return kind.tidy(body)


def _control(field: Field) -> forms.Field:
    given: dict[str, Any] = {"label": field.label, "required": field.required, "help_text": field.help}
    if field.look == "switch":
        return forms.BooleanField(label=field.label, help_text=field.help, required=False)
    if field.look == "line":
        return LineField(longest=LONGEST_LINE, **given)
    if field.look == "lines":
        # long, and still one line: a rule's words stand on one line of an alarm
        return LineField(longest=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2}), **given)
    places = 0 if field.look == "whole" else field.places
    return NumberField(lowest=field.lowest, highest=field.highest, places=places, unit=field.unit, **given)


def _kept(field: Field, value: Any) -> Any:
    """A cleaned value as the body keeps it."""
    if isinstance(value, Decimal):
        return int(value) if field.look == "whole" else format(value, "f")
    return value


class WhenForm(forms.Form):
    """From when an edition holds."""

    CHOICES: tuple[tuple[str, Any], ...] = ((NOW, lazy("At once")), (LATER, lazy("At a time")))
    when = forms.ChoiceField(
        label=lazy("It comes into force"),
        choices=CHOICES,
        initial=NOW,
        widget=forms.RadioSelect(attrs={"data-look": "segments"}),
    )
    at = MomentField(
        label=lazy("Time"),
        required=False,
        help_text=lazy("Only for “At a time”: such as 14:30, or 2026-03-02 07:00."),
    )

    def clean(self) -> dict[str, Any]:
        """A time needs one that is still to come; the other choices need none."""
        data: dict[str, Any] = super().clean() or {}
        at = data.get("at")
        if data.get("when") == LATER and "at" not in self.errors:
            if at is None:
                self.add_error("at", _("From when? Write the time."))
            elif at <= clock.now():
                self.add_error("at", _("This time is past. Rules never hold for a time that is past."))
        elif data.get("when") in (NOW, NOT_YET) and at is not None:
            self.add_error("at", _("Choose “At a time” above, or clear this."))
        return data

    @property
    def at_time(self) -> datetime | None:
        """The time that was chosen; None for at once."""
        found: datetime | None = self.cleaned_data["at"] if self.cleaned_data["when"] == LATER else None
        return found


class SignForm(WhenForm):
    """The signer has read an edition, and what it changes against the one that holds."""

    CHOICES = (*WhenForm.CHOICES, (NOT_YET, lazy("Not yet")))
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    against = forms.IntegerField(min_value=0, max_value=1_000_000, widget=forms.HiddenInput)
    meaning = LineField(
        longest=200, label=lazy("What your signature means"), widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ("meaning", "when", "at", "seen", "against")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        cast(forms.ChoiceField, self.fields["when"]).choices = self.CHOICES


class CompareForm(forms.Form):
    """Which two editions."""

    before = forms.TypedChoiceField(label=lazy("Compare"), coerce=int)
    after = forms.TypedChoiceField(label=lazy("with"), coerce=int)

    def __init__(self, data: Any, choices: list[tuple[int, str]], initial: dict[str, int]) -> None:
        super().__init__(data, initial=initial)
        for name in ("before", "after"):
            cast(forms.ChoiceField, self.fields[name]).choices = choices
