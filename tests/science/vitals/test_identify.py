"""Which parameter a row means, when code and name agree, and when they do not."""

from __future__ import annotations

import pytest

from reverie.science.vitals.identify import identify
from reverie.science.vitals.parameters import LABELS, MEANINGS


def means(text: str) -> str | None:
    """The parameter of an OBX-3, "conflict", or None."""
    parts = (text.split("^") + [""] * 6)[:6]
    identity = identify(tuple(parts))
    return "conflict" if identity.conflict else identity.meaning and identity.meaning.parameter.name


def test_every_code_with_each_of_its_names() -> None:
    for meaning in MEANINGS:
        for name in ("", *meaning.names, meaning.names[0].removeprefix("MDC_"), meaning.names[0].lower()):
            assert means(f"{meaning.code}^{name}^MDC") == meaning.parameter.name
            assert means(f"{meaning.code}^{name}") == meaning.parameter.name


def test_every_name_without_a_code() -> None:
    for meaning in MEANINGS:
        for name in meaning.names:
            assert means(f"^{name}^MDC") == meaning.parameter.name


def test_every_code_with_the_name_of_another_is_a_conflict() -> None:
    for meaning in MEANINGS:
        for other in MEANINGS:
            general = other.names[0] in LABELS.get(meaning.parameter, ())
            if other is not meaning:
                expected = meaning.parameter.name if general else "conflict"
                assert means(f"{meaning.code}^{other.names[0]}^MDC") == expected


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        ("147842^MDC_ECG_CARD_BEAT_RATE^MDC", "hr"),
        ("150456^SpO2^MDC", "spo2"),
        ("147842^Heart Rate^MDC", "hr"),
        # the general name beside a special code
        ("151594^MDC_RESP_RATE^MDC", "rr"),
        ("158014^MDC_FLOW_FLUID_PUMP^MDC", "pump_rate"),
        ("151562^MDC_CO2_RESP_RATE^MDC", "conflict"),
        # a gateway's own fixtures, and a typing error of a real monitor
        ("150021^MDC_PRESS_BLD_ART_SYS^MDC", "conflict"),
        ("150017^MDC_PRESS_BLD_NONINV_SYS^MDC", "conflict"),
        ("150031^MDC_PRESS_CUFF_SYS^MDC", "conflict"),
        ("150457^MDC_PULS_OXIM_PULS_RATE^MDC", "conflict"),
        ("150033^NIBP SYS^MDC", "conflict"),
        ("150456^WHATEVER^MDC", "conflict"),
        # the name where the code belongs
        ("MDC_PULS_OXIM_SAT_O2", "spo2"),
        ("MDC_TEMP^MDC_TEMP^MDC", "temp"),
        ("MDC_TEMP^MDC_RESP_RATE^MDC", "conflict"),
        # known to the nomenclature, not to us
        ("150017^MDC_PRESS_BLD_SYS^MDC", None),
        ("160324^MDC_SPO2_SIGNAL_QUALITY_INDEX^MDC", None),
        # another coding system's number is never ours
        ("147842^OWN THING^99MINDRAY", None),
        ("150456^SpO2^99XYZ", None),
        ("150456^MDC_PULS_OXIM_SAT_O2^99XYZ", "spo2"),
        ("150456^MDC_TEMP^99XYZ", None),
        ("101^HR^99MNDRY", None),
        ("8867-4^Heart rate^LN", None),
        ("101^HR", None),
        # an alternate code counts when the first is not ours
        ("8867-4^Heart rate^LN^147842^MDC_ECG_HEART_RATE^MDC", "hr"),
        ("150456^MDC_PULS_OXIM_SAT_O2^MDC^59408-5^Oxygen saturation^LN", "spo2"),
        ("^^^150456^MDC_PULS_OXIM_SAT_O2^MDC", "spo2"),
        ("8867-4^Heart rate^LN^150021^MDC_PRESS_BLD_ART_SYS^MDC", "conflict"),
        ("", None),
    ],
)
def test_what_real_messages_hold(observed: str, expected: str | None) -> None:
    assert means(observed) == expected
