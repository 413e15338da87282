"""An independent oracle: the same compartments by a matrix exponential in 60 decimal digits.

Shares nothing with the engine: the amounts, the effect site, the dose rate and what was eliminated are one
linear system, whose exponential is a scaled power series.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

Matrix = list[list[Decimal]]
DIGITS = 60


def exact(
    volumes_l: Sequence[float],
    clearance: float,
    exchange: Sequence[float],
    ke0: float,
    given: Sequence[tuple[float, float, float]],
    at_min: float,
) -> dict[str, list[float]]:
    """Amounts (mg, then eliminated), plasma and effect site (ng/mL) at `at_min`, left of a bolus there.

    `given` are (start, end, mg/min) or, for a bolus, (at, at, mg). Floats are taken as they are.
    """
    with localcontext() as context:
        context.prec = DIGITS
        size = len(volumes_l)
        state = [Decimal(0)] * (size + 2) + [Decimal(0)]
        edges = sorted({0.0, at_min, *(t for one in given for t in one[:2] if t < at_min)})
        for i, start in enumerate(edges):
            if start >= at_min:
                break
            for at, end, dose in given:
                if at == end == start:
                    state[0] += Decimal(dose)
            rate = sum((Decimal(r) for a, b, r in given if a <= start < b), Decimal(0))
            state[-1] = Decimal(1)
            span = _number(Fraction(edges[i + 1]) - Fraction(start))
            system = _system(volumes_l, clearance, exchange, ke0, rate)
            state = _times(_exponential([[span * cell for cell in row] for row in system]), state)
        amounts = [float(one) for one in state[: size + 1]]
        plasma = float(1_000 * state[0] / Decimal(volumes_l[0]))
        return {"amounts": amounts, "plasma": [plasma], "effect": [float(1_000 * state[size + 1])]}


def _system(
    volumes_l: Sequence[float], clearance: float, exchange: Sequence[float], ke0: float, rate: Decimal
) -> Matrix:
    # rows: compartments, eliminated, effect site (mg/L), one (the constant that carries the rate)
    size = len(volumes_l)
    system = [[Decimal(0)] * (size + 3) for _ in range(size + 3)]
    volume = [Decimal(one) for one in volumes_l]
    out = Decimal(clearance) / volume[0]
    system[0][0] -= out
    system[size][0] += out
    for i, flow in enumerate((Decimal(one) for one in exchange), start=1):
        system[0][0] -= flow / volume[0]
        system[i][0] += flow / volume[0]
        system[i][i] -= flow / volume[i]
        system[0][i] += flow / volume[i]
    system[size + 1][0] = Decimal(ke0) / volume[0]
    system[size + 1][size + 1] = -Decimal(ke0)
    system[0][size + 2] = rate
    return system


def _number(fraction: Fraction) -> Decimal:
    return Decimal(fraction.numerator) / Decimal(fraction.denominator)


def _exponential(matrix: Matrix) -> Matrix:
    size = len(matrix)
    norm = max(sum((abs(cell) for cell in row), Decimal(0)) for row in matrix)
    halvings = 0
    while norm > Decimal("0.25"):
        norm /= 2
        halvings += 1
    scaled = [[cell / 2**halvings for cell in row] for row in matrix]
    one = [[Decimal(int(i == j)) for j in range(size)] for i in range(size)]
    total, term = one, one
    for n in range(1, 32):
        term = [[cell / n for cell in row] for row in _product(term, scaled)]
        total = [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(total, term, strict=True)]
    for _ in range(halvings):
        total = _product(total, total)
    return total


def _product(a: Matrix, b: Matrix) -> Matrix:
    columns = list(zip(*b, strict=True))
    return [
        [sum((x * y for x, y in zip(row, column, strict=True) if x and y), Decimal(0)) for column in columns]
        for row in a
    ]


def _times(a: Matrix, x: list[Decimal]) -> list[Decimal]:
    return [sum((p * q for p, q in zip(row, x, strict=True)), Decimal(0)) for row in a]
