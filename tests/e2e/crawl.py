"""What the crawl of every page needs: a clinic full of canaries, its addresses, and what to ask of a page.

`prepare` runs in the clinic's own process; the rest in the test's. A canary holds a script that would leave
`window.hacked` behind, and a token that may stand in no title, address or log.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

TOKEN = "Zwq"
BORN = ("1937-02-28", "28 February 1937", "28.02.1937")
SCRIPT = '<script>window.hacked=1</script>"><img src=x onerror=window.hacked=1>{{7*7}}'
# answers for programs, parts of pages, and the page that is left by being opened
NO_PAGES = {
    "session_stream", "board_stream", "alarm_stream", "beats", "session_numerics", "session_whole",
    "session_export", "session_bar", "idle", "presence", "mfa_view_recovery_codes",
}  # fmt: skip


class Address(NamedTuple):
    """A page to be opened: its name, path, and who opens it ("" for a stranger)."""

    name: str
    path: str
    role: str


def canary(field: str, longest: int) -> str:
    """A text that no page may run, and no log may hold."""
    return f"{TOKEN} {field} {SCRIPT}"[:longest]


def prepare(place: str) -> None:
    """Furnish the clinic with canaries; write its addresses and a sign-in for each role to a file."""
    from django.test import Client

    from tests.cast import make, signed_in
    from tests.conformance.web.addresses import places
    from tests.conformance.web.furnished import furnish

    cast = make()
    things = furnish(cast, canary)
    pages = [
        (
            one.name,
            one.path,
            "" if one.act.relation == "open" and one.name != "account_logout" else one.roles[0],
        )
        for one in places(things)
        if one.name not in NO_PAGES
    ]
    extra = [
        ("session_ended", f"/sessions/{things['ended_id']}/", "medical_director"),
        ("session_ended_print", f"/sessions/{things['ended_id']}/print/", "medical_director"),
        ("member_self", f"/staff/{cast.users['therapist'].pk}/", "administrator"),
        ("welcome_factor", f"/welcome/{things['factor_secret']}/", ""),
        ("session_open_find", f"/chairs/{things['chair_id']}/open/", "infusion_nurse"),
        ("board_for_nurse", "/chairs/", "infusion_nurse"),
        ("not_found", "/nothing/", ""),
        ("forbidden", "/ledger/", "therapist"),
        ("rules_defaults", "/rules/alarm_rules/0/", "auditor"),
        ("rules_compared", "/rules/alarm_rules/compare/?before=0&after=2", "auditor"),
        ("rules_profile", "/rules/clinic_profile/1/", "infusion_nurse"),
        ("rules_void", "/rules/clinic_profile/2/", "infusion_nurse"),
        ("rules_profile_in_force", "/rules/clinic_profile/1/in-force/", "medical_director"),
        ("rules_profile_write", "/rules/clinic_profile/1/new/", "prescriber"),
    ]
    keys = {role: signed_in(Client(), who).cookies["sessionid"].value for role, who in cast.users.items()}
    Path(place).write_text(json.dumps({"pages": pages + extra, "keys": keys}))


LOOK = """() => {
  const hidden = '.visually-hidden, .skip, [hidden]';
  const shown = (e) => { const r = e.getBoundingClientRect(); const s = getComputedStyle(e);
    return r.width > 1 && r.height > 1 && s.visibility !== 'hidden' && !e.closest(hidden); };
  const all = (css) => [...document.querySelectorAll(css)].filter(shown);
  const words = (e) => (e.textContent || e.name || '').trim().slice(0, 30);
  const named = (e) => e.tagName.toLowerCase() + '.' + e.className + ' ' + words(e);
  const target = 'button, a.button, .line-acts a, select, textarea, label.option, summary, '
    + 'input:not([type=hidden]):not([type=checkbox]):not([type=radio])';
  const planted = 'img:not([src^="data:image/svg"]), [onerror], '
    + 'script:not([src]):not([type="application/json"])';
  const root = document.documentElement;
  const wide = root.scrollWidth - root.clientWidth;
  const beyond = (e) => e.getBoundingClientRect().right > root.clientWidth + 1;
  return {
    h1: document.querySelectorAll('h1').length,
    main: document.querySelectorAll('main').length,
    title: document.title,
    hacked: window.hacked === undefined ? 0 : 1,
    planted: document.querySelectorAll(planted).length,
    small: all(target).filter((e) => e.getBoundingClientRect().height < 47.5).map(named),
    out: wide <= 1 ? [] : [...document.querySelectorAll('body *')].filter(beyond).slice(0, 4).map(named),
    violations: window.violations || [],
  };
}"""
LISTEN = """document.addEventListener('securitypolicyviolation', (event) => {
  (window.violations ??= []).push(event.violatedDirective + ' ' + event.blockedURI);
});"""
FOCUS = """() => {
  const e = document.activeElement, r = e.getBoundingClientRect();
  // a choice is framed by its row or its box
  const seen = [e, e.closest('.option'), e.closest('.options'), e.closest('.segments')].some((one) => {
    const drawn = one && getComputedStyle(one);
    return drawn && drawn.outlineStyle !== 'none' && parseFloat(drawn.outlineWidth) >= 2;
  });
  const words = e.tagName + ' ' + (e.textContent || e.name || '').trim().slice(0, 30);
  return [e === document.body, seen, words, r.top < innerHeight + 1 && r.bottom > -1];
}"""


def look(page: Page) -> dict[str, Any]:
    """What stands on the page now."""
    found: dict[str, Any] = page.evaluate(LOOK)
    return found


def theme(page: Page, name: str) -> None:
    """Put the page into a theme: light, dark or dim."""
    page.evaluate("name => { document.documentElement.dataset.theme = name }", name)
