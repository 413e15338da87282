"""The acts of the ledger in words: what was done, and what somebody was refused.

A test holds them against the table of acts and against every line that the program writes.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

KINDS = {"alarm_rules": _("alarm rules"), "clinic_profile": _("clinic profile")}
WORDS = {
    # signing in
    "sign_in": _("Signed in"),
    "sign_in.proven": _("Proved themself again"),
    "sign_in.ended_elsewhere": _("Ended own sign-ins elsewhere"),
    "station.unlock": _("Station"),
    "station.unlocked": _("Made a screen a station"),
    "station.ended": _("Ended a station"),
    "factor.added": _("Added a second factor"),
    "factor.removed": _("Removed a second factor"),
    "factor.renewed": _("Made new recovery codes"),
    "factor.dropped": _("Forgot a lost second factor"),
    "password.set": _("Set a password by a link"),
    "password.changed": _("Changed the password"),
    "pin.set": _("Set a PIN"),
    "own.page": _("First page"),
    "own.sign_in": _("Own sign-in"),
    "style.see": _("Style page"),
    # the clinic
    "clinic.opened": _("Opened the clinic"),
    "clinic.changed": _("Changed the clinic"),
    "clinic.manage": _("Clinic page"),
    "chair.added": _("Added a chair"),
    "chair.changed": _("Changed a chair"),
    "staff.invited": _("Invited"),
    "staff.link": _("Made a one-time link for"),
    "staff.changed": _("Changed name or roles of"),
    "staff.disabled": _("Disabled"),
    "staff.enabled": _("Enabled"),
    "staff.unlocked": _("Unlocked"),
    "staff.signed_out": _("Ended all sign-ins of"),
    "staff.manage": _("Staff page"),
    "ledger.see": _("Ledger"),
    "backup.made": _("Made a backup"),
    # patients
    "record.opened": _("Opened a patient's record"),
    "patients.see": _("Opened a patient"),
    "patients.find": _("Patients page"),
    "patients.register": _("Register or change a patient"),
    "patient.registered": _("Registered a patient"),
    "patient.changed": _("Changed a patient"),
    "support.added": _("Added a support person"),
    "support.ended": _("Ended a support person"),
    "chart.see": _("Opened a chart"),
    "chart.write": _("Write in a chart"),
    "chart.measured": _("Measured"),
    "chart.added": _("Added a line to the chart"),
    "chart.none_known": _("Recorded that none is known"),
    "chart.ended": _("Ended a line of the chart"),
    "chart.struck": _("Struck a line of the chart"),
    "course.open": _("Open or close a course"),
    "course.opened": _("Opened a course"),
    "course.goals_set": _("Changed the goals of a course"),
    "course.closed": _("Closed a course"),
    # the rules of the clinic
    "rules.see": _("Rules page"),
    "rules.write": _("Write an edition"),
    "rules.sign": _("Sign an edition"),
    "rules.print": _("Printed an edition"),
    "edition.written": _("Wrote an edition"),
    "edition.in_force": _("Put an edition in force"),
    # sessions
    "board.see": _("Board of chairs"),
    "session.watch": _("Opened a session's record"),
    "session.open": _("Opened a session"),
    "session.record": _("Record in a session"),
    "session.stop": _("Report a pause or stop"),
    "session.note": _("Write a note"),
    "session.correct": _("Correct a session's record"),
    "session.sign": _("Sign a session's record"),
    "session.redact": _("Remove content from a session's record"),
    "session.close": _("Closed a session"),
    "session.export": _("Exported a session"),
    "session.print": _("Printed a session"),
    "signed": _("Signed"),
    # alarms
    "alarms.see": _("Alarms of the chairs"),
    "alarms.answer": _("See or answer an alarm"),
    "alarms.check_sound": _("Check the sound of a screen"),
    "beats.hear": _("Listen whether alarms run"),
    # devices
    "devices.see": _("Devices page"),
    "devices.link": _("Linked a device"),
    "devices.unlink": _("Ended the link of a device"),
    "devices.change": _("Changed how a device is read"),
    "quarantine.see": _("Opened a quarantined message"),
    "quarantine.resolve": _("Resolved a quarantined message"),
}
