"""What we read from monitors and pumps: parameters, the codes they come under, what is plausible.

Data only. A value outside its range is technical, not physiological; a sentinel is a number that monitors
send for "no value". Sources: ISO/IEEE 11073-10101 (codes and names as seen in messages of real monitors of
Mindray, Comen, Philips and GE and of B. Braun pumps); ranges as each says.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from reverie.science.sources import Source

NOMENCLATURE = Source("ISO/IEEE 11073-10101 nomenclature, as seen in real messages", 2020, "published")
ARTEFACT = Source(
    "Reverie's artefact limits", 2026, "assumed", "outside these a number is an artefact, not a patient"
)
BOUND = Source("Reverie's outer bounds", 2026, "assumed", "wide: only keeps nonsense out")
NO_VALUE = Source(
    "Numbers for no value in messages of real monitors and in integer device formats", 2026, "derived"
)

SENTINELS = frozenset(
    Decimal(text) for text in ("-1", "-99.9", "-100", "-999", "32767", "65535", "8388607", "-32768")
)
SENTINELS_SOURCE = NO_VALUE
LEAST_PULSE_PRESSURE_MMHG = Decimal(10)
LEAST_PULSE_PRESSURE_SOURCE = ARTEFACT


@dataclass(frozen=True)
class Parameter:
    """A parameter with its canonical unit, and the range (both ends included) that is plausible."""

    name: str
    unit: str
    low: Decimal
    high: Decimal
    source: Source


@dataclass(frozen=True, eq=False)
class Meaning:
    """What a code means. `zero` says what 0 is: a value, no value, or an artefact.

    `names` are its MDC names, the first the usual one. It counts only while no row of the message carries
    the code `unless`. `pair` and `end` say which systolic belongs to which diastolic.
    """

    code: str
    names: tuple[str, ...]
    parameter: Parameter
    zero: Literal["value", "missing", "artefact"] = "value"
    unless: str = ""
    pair: str = ""
    end: Literal["", "sys", "dia"] = ""
    source: Source = NOMENCLATURE


def _parameter(name: str, unit: str, low: str, high: str, source: Source = ARTEFACT) -> Parameter:
    return Parameter(name, unit, Decimal(low), Decimal(high), source)


HR = _parameter("hr", "/min", "20", "250")
PR = _parameter("pr", "/min", "20", "250")
SPO2 = _parameter("spo2", "%", "50", "100")
PI = _parameter("pi", "%", "0", "100", BOUND)
RR = _parameter("rr", "/min", "0", "70")
ETCO2 = _parameter("etco2", "mmHg", "0", "100")
FICO2 = _parameter("fico2", "mmHg", "0", "100", BOUND)
TEMP = _parameter("temp", "Cel", "30", "43")
WEIGHT = _parameter("weight", "kg", "0.2", "700", BOUND)
HEIGHT = _parameter("height", "cm", "20", "280", BOUND)
PUMP_RATE = _parameter("pump_rate", "mL/h", "0", "10000", BOUND)
PUMP_VOLUME = _parameter("pump_volume", "mL", "0", "100000", BOUND)
NIBP_SYS, ART_SYS = (_parameter(f"{site}_sys", "mmHg", "50", "260") for site in ("nibp", "art"))
NIBP_DIA, ART_DIA = (_parameter(f"{site}_dia", "mmHg", "20", "160") for site in ("nibp", "art"))
NIBP_MEAN, ART_MEAN = (_parameter(f"{site}_mean", "mmHg", "20", "260", BOUND) for site in ("nibp", "art"))

MEANINGS = (
    Meaning("147842", ("MDC_ECG_HEART_RATE", "MDC_ECG_CARD_BEAT_RATE"), HR),
    Meaning("149530", ("MDC_PULS_OXIM_PULS_RATE",), PR, zero="missing"),
    Meaning("149522", ("MDC_PULS_RATE", "MDC_BLD_PULS_RATE_INV"), PR, zero="missing"),
    Meaning("149546", ("MDC_PULS_RATE_NON_INV",), PR, zero="missing"),
    Meaning("150456", ("MDC_PULS_OXIM_SAT_O2",), SPO2, zero="missing"),
    Meaning("150488", ("MDC_BLD_PERF_INDEX",), PI),
    Meaning("150301", ("MDC_PRESS_CUFF_SYS",), NIBP_SYS, pair="cuff", end="sys"),
    Meaning("150302", ("MDC_PRESS_CUFF_DIA",), NIBP_DIA, pair="cuff", end="dia"),
    Meaning("150303", ("MDC_PRESS_CUFF_MEAN",), NIBP_MEAN),
    Meaning("150021", ("MDC_PRESS_BLD_NONINV_SYS",), NIBP_SYS, pair="noninv", end="sys"),
    Meaning("150022", ("MDC_PRESS_BLD_NONINV_DIA",), NIBP_DIA, pair="noninv", end="dia"),
    Meaning("150023", ("MDC_PRESS_BLD_NONINV_MEAN",), NIBP_MEAN),
    Meaning("150033", ("MDC_PRESS_BLD_ART_SYS",), ART_SYS, pair="art", end="sys"),
    Meaning("150034", ("MDC_PRESS_BLD_ART_DIA",), ART_DIA, pair="art", end="dia"),
    Meaning("150035", ("MDC_PRESS_BLD_ART_MEAN",), ART_MEAN),
    # no breath is a value only where breath itself is seen: in the capnogram
    Meaning("151562", ("MDC_RESP_RATE",), RR, zero="artefact"),
    Meaning("151578", ("MDC_TTHOR_RESP_RATE",), RR, zero="artefact"),
    Meaning("151594", ("MDC_CO2_RESP_RATE",), RR),
    Meaning("151708", ("MDC_CONC_AWAY_CO2_ET", "MDC_AWAY_CO2_ET"), ETCO2),
    Meaning("151712", ("MDC_CONC_AWAY_CO2_EXP", "MDC_AWAY_CO2_EXP"), ETCO2, unless="151708"),
    Meaning("151716", ("MDC_CONC_AWAY_CO2_INSP", "MDC_AWAY_CO2_INSP"), FICO2),
    Meaning("150344", ("MDC_TEMP",), TEMP),
    Meaning("188496", ("MDC_TEMP_AXIL",), TEMP),
    Meaning("188736", ("MDC_MASS_BODY_ACTUAL",), WEIGHT, zero="missing"),
    Meaning("188740", ("MDC_LEN_BODY_ACTUAL",), HEIGHT, zero="missing"),
    # what flows now, and what is programmed: both are rates of the pump, told apart by their codes
    Meaning("158014", ("MDC_FLOW_FLUID_PUMP_CURRENT",), PUMP_RATE),
    Meaning("157784", ("MDC_FLOW_FLUID_PUMP",), PUMP_RATE),
    Meaning("157993", ("MDC_VOL_FLUID_DELIV_TOTAL",), PUMP_VOLUME),
    Meaning("157864", ("MDC_VOL_FLUID_DELIV",), PUMP_VOLUME, unless="157993"),
)

# what monitors write in place of an MDC name: a label of their own, or the general name for a special code
LABELS = {
    HR: ("HR", "HEART RATE", "ECG HR"),
    PR: ("PR", "PULSE", "PULSE RATE", "MDC_PULS_RATE"),
    SPO2: ("SPO2", "SAO2", "O2 SATURATION"),
    PI: ("PI", "PERFUSION INDEX"),
    RR: ("RR", "RESP", "RESP RATE", "RESPIRATION RATE", "RESPIRATORY RATE", "AWRR", "MDC_RESP_RATE"),
    ETCO2: ("ETCO2", "CO2 ET"),
    FICO2: ("FICO2", "INCO2", "IMCO2"),
    TEMP: ("TEMP", "T1", "TEMPERATURE", "BODY TEMPERATURE", "MDC_TEMP"),
    WEIGHT: ("WEIGHT", "BODY WEIGHT"),
    HEIGHT: ("HEIGHT", "BODY HEIGHT"),
    PUMP_RATE: ("MDC_FLOW_FLUID_PUMP",),
    NIBP_SYS: ("NIBP SYS", "NIBPS", "NBP SYS", "NIBP S", "NBPS"),
    NIBP_DIA: ("NIBP DIA", "NIBPD", "NBP DIA", "NIBP D", "NBPD"),
    NIBP_MEAN: ("NIBP MEAN", "NIBPM", "NBP MEAN", "NIBP M", "NBPM"),
    ART_SYS: ("ART SYS", "ARTS", "ABP SYS", "ABPS", "ART S"),
    ART_DIA: ("ART DIA", "ARTD", "ABP DIA", "ABPD", "ART D"),
    ART_MEAN: ("ART MEAN", "ARTM", "ABP MEAN", "ABPM", "ART M"),
}
