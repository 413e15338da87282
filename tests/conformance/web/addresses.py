"""Every address of the clinic, filled with the ids of a furnished clinic, and who may open it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlencode

from reverie.clinic.kernel import access
from tests.cast import NAMES
from tests.house.test_doors import addresses

_HOLE = re.compile(r"<(?:\w+:)?(\w+)>")


# pages about one's own factors: the member of the furnished clinic who has them
OWNERS = {
    "mfa_reauthenticate": "therapist", "mfa_deactivate_totp": "therapist",
    "mfa_view_recovery_codes": "therapist",
    "mfa_generate_recovery_codes": "therapist", "mfa_edit_webauthn": "front_desk",
    "mfa_remove_webauthn": "front_desk",
}  # fmt: skip


class Place(NamedTuple):
    """An address: path (with the query that makes it a page), name, act, and the view behind it."""

    path: str
    name: str
    act: access.Act
    view: Any

    @property
    def roles(self) -> list[str]:
        """The roles of the cast that may, the one with the most rights first."""
        if self.name in OWNERS:
            return [OWNERS[self.name]]
        order = ("medical_director", "administrator", "infusion_nurse", "auditor")
        named = sorted(NAMES, key=lambda role: order.index(role) if role in order else len(order))
        return [role for role in named if self.act.relation == "open" or role in self.act.roles]


def places(things: dict[str, Any]) -> list[Place]:
    """Every address of the URLconf, with ids of `things`."""
    queries = {
        "quarantine_group": {"device": things["stranger"], "reason": "reason"},
        "session_open": {"patient": things["patient_id"]},
    }
    found = []
    for route, pattern in addresses():
        known = dict(things)
        of = (pattern.default_args or {}).get("of")
        if of is not None:
            known["line_id"] = things["of"][of]
        path = _HOLE.sub(lambda hole, known=known: str(known[hole.group(1)]), route)
        name = str(pattern.name)
        if name in queries:
            path = f"{path}?{urlencode(queries[name])}"
        act = access.act_of(pattern.callback)
        assert act is not None, route
        found.append(Place(path, name, act, pattern.callback))
    return found
