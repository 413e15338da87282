"""Courses: one open per indication, goals in the patient's words, closed with a reason."""

from __future__ import annotations

import json

import pytest
from django.http import Http404

from reverie.clinic.course import acts, questions
from reverie.clinic.course.banner import banner_of
from reverie.clinic.course.models import INDICATIONS, STANDING, Course, Goal
from reverie.clinic.kernel import access
from tests.cast import Cast
from tests.clinic.people.patients.test_acts import lines

GOALS = ["To sleep through", "Play with my son"]


def test_a_course_opens_once_per_indication_and_once_per_key(cast: Cast) -> None:
    doctor, patient = cast.users["prescriber"], cast.patients[0]
    course = acts.open_course(doctor, patient, "depression", goals=GOALS, planned_infusions=6, key="k")
    assert acts.open_course(doctor, patient, "depression", goals=GOALS, key="k") == course
    with pytest.raises(acts.OpenAlready):
        acts.open_course(doctor, patient, "depression", key="other")
    acts.open_course(doctor, patient, "ptsd")
    assert questions.goals_of(course) == GOALS
    assert questions.open_course(patient) == Course.objects.get(indication="ptsd")
    assert [line["act"] for line in lines(cast)] == ["course.opened", "course.opened"]
    assert "depression" not in json.dumps(lines(cast))


def test_a_closed_course_can_be_followed_by_another(cast: Cast) -> None:
    doctor, patient = cast.users["medical_director"], cast.patients[0]
    first = acts.open_course(doctor, patient, "depression")
    acts.close(doctor, first.pk, "completed", "six of six")
    acts.close(doctor, first.pk, "completed", "six of six")
    with pytest.raises(acts.Closed):
        acts.close(doctor, first.pk, "cost")
    with pytest.raises(acts.Closed):
        acts.set_goals(doctor, first.pk, ["x"])
    second = acts.open_course(doctor, patient, "depression")
    assert questions.courses_of(patient) == [second, first]
    assert [line["act"] for line in lines(cast)] == ["course.opened", "course.closed", "course.opened"]


def test_former_goals_are_kept(cast: Cast) -> None:
    doctor = cast.users["prescriber"]
    course = acts.open_course(doctor, cast.patients[0], "depression", goals=GOALS)
    now = ["Work again", "To sleep through"]
    acts.set_goals(doctor, course.pk, now)
    acts.set_goals(doctor, course.pk, now)
    assert questions.goals_of(questions.course_of(doctor, course.pk)) == now
    assert Goal.objects.count() == 3
    assert Goal.objects.get(words="Play with my son").ended_at is not None


def test_what_is_not_treated_as_a_matter_of_course_is_marked(cast: Cast) -> None:
    assert set(STANDING) < dict(INDICATIONS).keys()
    course = acts.open_course(cast.users["prescriber"], cast.patients[0], "borderline_research")
    assert questions.words_of(course) == "Borderline personality disorder (research only)"
    assert banner_of(cast.patients[0], cast.nurse)["course"].endswith("(research only)")


@pytest.mark.parametrize("role", ["infusion_nurse", "therapist", "front_desk", "auditor", "administrator"])
def test_only_prescribers_and_the_director_open_courses(cast: Cast, role: str) -> None:
    course = acts.open_course(cast.users["prescriber"], cast.patients[0], "depression")
    with pytest.raises(access.Refused):
        acts.open_course(cast.users[role], cast.patients[0], "ptsd")
    with pytest.raises(access.Refused):
        acts.close(cast.users[role], course.pk, "completed")


def test_for_a_stranger_no_course_exists(cast: Cast) -> None:
    course = acts.open_course(cast.users["prescriber"], cast.patients[0], "depression")
    cast.stranger.roles = ["prescriber"]
    for hidden in (
        lambda: acts.open_course(cast.stranger, cast.patients[0], "ptsd"),
        lambda: acts.close(cast.stranger, course.pk, "completed"),
        lambda: acts.set_goals(cast.stranger, course.pk, ["x"]),
        lambda: questions.course_of(cast.stranger, course.pk),
    ):
        with pytest.raises(Http404):
            hidden()


def test_the_front_desk_sees_no_chart_and_no_course_in_the_banner(cast: Cast) -> None:
    acts.open_course(cast.users["prescriber"], cast.patients[0], "depression")
    desk = banner_of(cast.patients[0], cast.users["front_desk"])
    assert not {"course", "weight", "allergies"} & desk.keys()
    whole = banner_of(cast.patients[0], cast.nurse)
    assert (whole["course"], whole["allergies"]) == ("Depression", "Allergies unknown: nobody has asked yet")
