"""What may be asked about patients: find them, who is easily confused with them, their banner. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reverie.clinic.kernel import access
from reverie.clinic.kernel.typed.fields import in_words, today
from reverie.clinic.people.patients import names, search
from reverie.clinic.people.patients.models import LookAlike, Patient, SupportPerson

ROWS_PER_PAGE = 25
MOST_TOLD = 2


@dataclass(frozen=True)
class Found:
    """One page of the patients that a search found."""

    rows: list[Patient]
    total: int
    page: int
    pages: int
    notes: list[str]

    @property
    def previous(self) -> int:
        """The page before this."""
        return self.page - 1

    @property
    def next(self) -> int:
        """The page after this."""
        return self.page + 1

    @property
    def first(self) -> int:
        """The number of the first row on this page."""
        return (self.page - 1) * ROWS_PER_PAGE + 1

    @property
    def last(self) -> int:
        """The number of the last row on this page."""
        return self.first + len(self.rows) - 1


def find(person: Any, text: str, page: int = 1) -> Found:
    """The patients of the person's clinic that fit what was typed, by name; all of them for nothing typed."""
    access.require(person, "patients.find")
    asked = search.read(text, today())
    fitting = access.within(Patient.objects.all(), person)
    if asked.nothing:
        fitting = fitting.none()
    for part in asked.parts:
        fitting = fitting.filter(_fits(part))
    total = fitting.count()
    pages = max(1, -(-total // ROWS_PER_PAGE))
    page = min(max(page, 1), pages)
    start = (page - 1) * ROWS_PER_PAGE
    rows = fitting.order_by("search", "birth_date", "pk").prefetch_related(with_look_alikes())
    return Found(list(rows[start : start + ROWS_PER_PAGE]), total, page, pages, asked.notes)


def _fits(part: search.Part) -> Q:
    wanted = Q()
    for word in part.words:
        wanted |= Q(search__contains=f" {word}")
    if part.days:
        wanted |= Q(birth_date__in=part.days)
    if part.year:
        wanted |= Q(birth_date__year=part.year)
    return wanted


def with_look_alikes() -> Prefetch[str, QuerySet[LookAlike], str]:
    """Fetch with each patient those that are easily taken for them, in one query for all."""
    return Prefetch(
        "look_alikes",
        LookAlike.objects.select_related("other").order_by("other__search", "other__birth_date"),
    )


def look_alikes_of(patient: Patient) -> list[Patient]:
    """The patients of the same clinic who are easily taken for this one."""
    return [pair.other for pair in with_look_alikes_of(patient)]


def with_look_alikes_of(patient: Patient) -> Iterable[LookAlike]:
    """The pairs, from what was fetched with the patient or from the database."""
    fetched = getattr(patient, "_prefetched_objects_cache", {}).get("look_alikes")
    if fetched is not None:
        return list(fetched)
    return list(patient.look_alikes.select_related("other").order_by("other__search", "other__birth_date"))


def resembling(clinic_id: Any, identity: names.Identity, but: Collection[Any] = ()) -> list[Patient]:
    """The patients of a clinic who are easily taken for somebody of this identity, or may be the same person.

    Only those are compared who share a birth date or a sound in either name; the indexes find these.
    """
    sounds = [sound for sound in (names.sound(identity.family), names.sound(identity.given)) if sound]
    near = Q(birth_date=identity.born) | Q(family_sound__in=sounds) | Q(given_sound__in=sounds)
    candidates = Patient.objects.filter(near, clinic_id=clinic_id).exclude(pk__in=but)
    judged = [
        pk
        for pk, family, given, born in candidates.values_list("pk", "family_name", "given_name", "birth_date")
        if names.resemble(identity, other := names.Identity(family, given, born))
        or names.perhaps_same(identity, other)
    ]
    found = Patient.objects.filter(pk__in=judged[:500]).order_by("search", "birth_date")
    return sorted(found, key=lambda patient: not names.perhaps_same(identity, patient.identity))


def alike_words(patient: Patient) -> str:
    """The warning about look-alike names, with those names; "" when there are none."""
    others = look_alikes_of(patient)
    if not others:
        return ""
    told = ", ".join(
        _("%(name)s, born %(born)s") % {"name": other, "born": in_words(other.birth_date)}
        for other in others[:MOST_TOLD]
    )
    if (rest := len(others) - MOST_TOLD) > 0:
        told += " " + ngettext("and %(count)d more", "and %(count)d more", rest) % {"count": rest}
    return _("Similar name: %(others)s") % {"others": told}


def who_words(patient: Patient) -> str:
    """Sex and age: "Woman, 41 y"."""
    age = _("%(age)d y") % {"age": patient.age_on(today())}
    return age if patient.sex == Patient.Sex.UNKNOWN else f"{patient.get_sex_display()}, {age}"


def banner_of(patient: Patient, person: Any, *, chair: str = "") -> dict[str, Any]:
    """Who this is, as components/patient_banner.html wants it, with two identifiers.

    With `chair` (its words, "Chair 2") it is for a screen that others can see: chair and initials, no name,
    the year of birth alone. The chart's and the course's parts are added by `course.banner`.
    """
    born = str(patient.birth_date.year) if chair else in_words(patient.birth_date)
    banner: dict[str, Any] = {
        "heading": chair or str(patient),
        "initials": patient.initials if chair else "",
        "born": born,
        "number": patient.number,
        "who": who_words(patient),
    }
    if access.may(person, "patients.see"):
        banner["url"] = reverse("patient", args=[patient.pk])
    if chair:
        banner["alike"] = _("A patient with a similar name is registered") if look_alikes_of(patient) else ""
    else:
        banner["alike"] = alike_words(patient)
    return banner


def patient_of(person: Any, patient_id: Any) -> Patient:
    """The patient, if of the person's clinic, with look-alikes. Raises Http404 for all others alike."""
    return access.find(Patient.objects.prefetch_related(with_look_alikes()), person, pk=patient_id)


def support_of(patient: Patient) -> list[SupportPerson]:
    """Those who stand by the patient now."""
    return list(patient.support.filter(ended_at=None).order_by("name"))


def next_number(clinic_id: Any) -> str:
    """A free record number: one above the highest of six digits."""
    taken = Patient.objects.filter(clinic_id=clinic_id)
    six_digits = taken.filter(number__regex="^[0-9]{6}$").order_by("-number")
    number = int(six_digits.values_list("number", flat=True).first() or 0) + 1
    while taken.filter(number=f"{number:06d}").exists():
        number += 1
    return f"{number:06d}"


def too_old(born: Any, years: int = 120) -> bool:
    """Whether a birth date lies further back than people live."""
    return bool(born < today() - timedelta(days=round(365.25 * years)))
