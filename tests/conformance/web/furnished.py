"""A clinic with one of everything that has a page, and every text of it chosen by the test.

`furnish(cast, say)` asks `say("family name", 100)` for each text that a person or a device could give; the
ids that it returns fill the addresses. No page may run, hide or log what stands there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reverie.clinic.session.models import Session
    from tests.cast import Cast

Say = Callable[[str, int], str]
BORN = date(1937, 2, 28)


def plain(field: str, longest: int) -> str:
    """A quiet text."""
    return f"A {field}"[:longest]


def furnish(cast: Cast, say: Say = plain) -> dict[str, Any]:
    """Fill the cast's clinic; what the parameters of addresses mean by name, and `of` for the chart's."""
    things = {
        "user_id": cast.nurse.pk,
        "chair_id": cast.chairs[1].pk,
        "deed": "enable",
        "purpose": "password",
    }
    things |= _name_the_house(cast, say)
    things |= _patient(cast, say)
    things |= _devices(cast, say)
    things |= _rules(cast, say)
    things |= _sessions(cast, say)
    return things


def _name_the_house(cast: Cast, say: Say) -> dict[str, Any]:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from reverie.clinic.people import acts, invitations

    cast.clinic.name = say("clinic", 120)
    cast.clinic.save()
    cast.chairs[3].name = say("chair", 40)
    cast.chairs[3].save()
    cast.users["therapist"].name = say("therapist", 150)
    cast.users["therapist"].save()
    TOTP.activate(cast.users["therapist"], "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(cast.users["therapist"])
    passkey = Authenticator.objects.create(
        user=cast.users["front_desk"],
        type=Authenticator.Type.WEBAUTHN,
        data={"name": say("passkey", 60), "credential": _credential()},
    )
    _invited, secret = acts.invite(
        cast.users["administrator"], name=say("invited", 150), username="newcomer", roles=["therapist"]
    )
    factor = acts.new_link(cast.users["administrator"], cast.users["researcher"], invitations.FACTOR)
    return {"pk": passkey.pk, "secret": secret, "factor_secret": factor}


def _credential() -> dict[str, Any]:
    """What a device with passkeys answers when it makes one (WebAuthn, attestation "none")."""
    from fido2 import cbor
    from fido2.utils import websafe_encode

    key = {1: 2, 3: -7, -1: 1, -2: bytes(range(32)), -3: bytes(range(32, 64))}
    which = bytes(16)
    data = hashlib.sha256(b"localhost").digest() + b"\x45" + bytes(4) + bytes(16)
    data += len(which).to_bytes(2, "big") + which + cbor.encode(key)
    attested = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
    client = b'{"type":"webauthn.create","challenge":"AAAA","origin":"http://localhost"}'
    return {
        "id": websafe_encode(which), "rawId": websafe_encode(which), "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(attested),
        },
        "clientExtensionResults": {},
    }  # fmt: skip


def _patient(cast: Cast, say: Say) -> dict[str, Any]:
    from reverie.clinic.chart import acts as chart
    from reverie.clinic.chart.models import Measurement
    from reverie.clinic.course import acts as courses
    from reverie.clinic.kernel import clock
    from reverie.clinic.people.patients import acts

    nurse, patient = cast.nurse, cast.patients[0]
    patient.family_name, patient.given_name = say("family name", 100), say("given name", 100)
    patient.number, patient.birth_date = say("number", 40), BORN
    patient.phone, patient.email = say("phone", 40), "someone@example.org"
    patient.language = say("language", 20)
    patient.save()
    twin = cast.patients[1]
    twin.family_name, twin.given_name, twin.birth_date = patient.family_name, patient.given_name, BORN
    twin.save()
    acts.pair_all(cast.clinic.pk)
    support = acts.add_support(
        nurse, patient, name=say("support", 150), relation=say("relation", 80), phone=say("support phone", 40)
    )
    lines = {
        "allergies": {"substance": say("substance", 120), "reaction": say("reaction", 200), "severity": ""},
        "medicines": {"name": say("medicine", 200), "dose": say("dose", 120), "since": say("since", 40)},
        "conditions": {"name": say("condition", 200), "code": say("code", 20), "since": say("year", 40)},
    }
    of = {name: chart.add(nurse, patient, name, fields).pk for name, fields in lines.items()}
    weight = chart.Value(Decimal(70))
    (measured,) = chart.measure(
        nurse,
        patient,
        {Measurement.Kind.WEIGHT: weight},
        at=clock.now(),
        again={str(Measurement.Kind.WEIGHT): Decimal(70)},
    )
    of["none-known"] = chart.record_none(nurse, cast.patients[2], "allergies").pk
    struck = chart.add(nurse, patient, "allergies", {"substance": say("struck substance", 120)})
    chart.strike(nurse, "allergies", struck.pk, say("strike reason", 200))
    course = courses.open_course(
        cast.users["prescriber"], patient, "depression", goals=[say("goal", 300), say("second goal", 300)]
    )
    ended = courses.open_course(cast.users["prescriber"], patient, "ocd")
    courses.close(cast.users["prescriber"], ended.pk, "patient_choice", say("closing note", 300))
    return {
        "patient_id": patient.pk, "support_id": support.pk, "course_id": course.pk,
        "of": {**of, "measurements": measured.pk},
    }  # fmt: skip


def _devices(cast: Cast, say: Say) -> dict[str, Any]:
    from reverie.clinic.devices import acts
    from reverie.clinic.devices.hl7v2 import verdict
    from reverie.clinic.devices.models import Quarantined
    from reverie.clinic.devices.quarantine import Reject, Store
    from reverie.clinic.kernel import clock

    def reject(payload: str, device: str, reason: str) -> Reject:
        sent = payload.encode("utf-8", "surrogatepass")
        content = hashlib.sha256(sent).hexdigest()
        return Reject(
            sent, reason, device, say("control id", 199), "127.0.0.1", clock.to_ms(clock.now()), content,
            cast.clinic.pk,
        )  # fmt: skip

    name = say("device", 250)
    link = acts.link(cast.nurse, name, cast.chairs[0])
    stranger = say("unknown device", 250)
    message = f"MSH|^~\\&|{stranger}|\rPID|||{say('pid', 100)}\rOBX|1|ST|{say('obx', 200)}\r"
    Store().keep(
        [
            reject(message, stranger, verdict.NOT_LINKED.reason),
            reject(f"{message}Z|2", stranger, say("reason", 300)),
            reject(f"decided {message}", name, verdict.NOT_LINKED.reason),
        ]
    )
    decided = Quarantined.objects.filter(device=name)
    acts.resolve(cast.nurse, decided, say("resolution", 300))
    found = Quarantined.objects.filter(device=stranger).first()
    assert found is not None
    return {"device_id": link.device_id, "message_id": found.pk, "device": name, "stranger": stranger}


def _rules(cast: Cast, say: Say) -> dict[str, Any]:
    """Alarm rules in the words of `say`: 1 in force, 2 a draft; a profile: 1 signed, 2 void."""
    from reverie.clinic.kernel.models import Edition
    from reverie.clinic.rulebook import acts, kinds

    director = cast.users["medical_director"]
    rules, profile = kinds.of("alarm_rules"), kinds.of("clinic_profile")
    assert rules is not None
    assert profile is not None
    body = _said(rules.defaults(), say)
    first = acts.write(director, rules, body)
    acts.sign(director, rules, first, seen=first.content_hash, against=0, meaning=say("meaning", 200))
    acts.put_in_force(director, rules, first)
    acts.write(cast.users["prescriber"], rules, {**body, "news2_on_live_page": True})
    signed = acts.write(director, profile, profile.defaults())
    acts.sign(director, profile, signed, seen=signed.content_hash, against=0)
    void = acts.write(director, profile, {**profile.defaults(), "prediction": False})
    Edition.objects.filter(pk=void.pk).update(body='{"prediction":1}')
    return {"kind": rules.kind, "number": 2}


def _said(body: Any, say: Say) -> dict[str, Any]:
    """The rules with every text of them chosen by `say`."""
    rules = {
        name: {
            **rule,
            "label": say("label", 120),
            "action": say("action", 200),
            "source": {**rule["source"], "citation": say("citation", 200), "note": say("source note", 200)},
        }
        for name, rule in body["rules"].items()
    }
    timed = {
        name: {**body[name], "source": {**body[name]["source"], "citation": say("timing", 200), "note": ""}}
        for name in ("cadence", "timing")
    }
    return {**body, "rules": rules, **timed}


def _sessions(cast: Cast, say: Say) -> dict[str, Any]:
    from reverie.clinic.course.models import Course
    from reverie.clinic.session import acts
    from reverie.science.session import events
    from tests.clinic.session.made import brought_to, message, row, tell

    nurse, director = cast.nurse, cast.users["medical_director"]
    course = Course.objects.filter(closed_at=None).first()
    session: Session = acts.open_session(nurse, cast.chairs[0], cast.patients[0], course)
    brought_to(session, cast, "preflight", "ready")
    acts.come(nurse, session, "")
    acts.report_infusion(nurse, session, "started", "", rate_ml_per_h=Decimal("58.1"))
    acts.note(nurse, session, say("note", 2_000), "the note")
    acts.record_vitals(
        nurse, session, {"spo2": Decimal(97), "nibp_sys": Decimal(120), "nibp_dia": Decimal(80)}, "",
        arousal="alert", comfort="at ease",
    )  # fmt: skip
    device = say("device", 250)
    tell(session, message(1, row("spo2", "97"), row("pr", "74"), device=device))
    note = events.Note(say("late note", 2_000))
    acts.enter_late(nurse, session, note, acts.ago_ms(5), say("late reason", 200), "")
    acts.note(nurse, session, say("wrong note", 2_000), "the wrong one")
    seq = _last(session)
    acts.correct(nurse, session, seq, "note", events.Note(say("right note", 2_000)), say("why", 200), "")
    acts.note(nurse, session, "Gone soon", "")
    acts.redact(director, session, _last(session), say("redaction reason", 200), "")
    ended = acts.open_session(nurse, cast.chairs[3], cast.patients[3], None)
    acts.note(nurse, ended, say("old note", 2_000), "")
    brought_to(ended, cast, "preflight")
    acts.change_state(nurse, ended, "preflight", "cancelled", say("cancel reason", 200), "")
    acts.sign(director, ended, say("meaning", 200), _last(ended), "")
    brought_to(ended, cast, "closed")
    return {"session_id": session.pk, "ended_id": ended.pk, "seq": seq}


def _last(session: Session) -> int:
    from reverie.clinic.session import folds

    return folds.fold_of(session.stream).seq


def set_back(minutes: int) -> None:
    """Let every sign-in be that long idle."""
    from django.db.models import F

    from reverie.clinic.people.models import SignIn

    SignIn.objects.update(seen_at=F("seen_at") - timedelta(minutes=minutes))
