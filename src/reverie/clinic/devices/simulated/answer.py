"""What a listener answered: the code, which message it belongs to, and the reason.

Reads the MSA and ERR segments of an HL7 acknowledgement, as much as a bedside device does.
An answer that it cannot read is None, and the device waits on.
"""

from __future__ import annotations

from typing import NamedTuple

ACCEPTED = frozenset({"AA", "CA"})
REFUSED = frozenset({"AE", "AR", "CE", "CR"})


class Answer(NamedTuple):
    """MSA-1, MSA-2 (empty when the listener could not read it) and the reason in words."""

    code: str
    control_id: str
    reason: str

    @property
    def accepted(self) -> bool:
        """Whether the message is now the listener's."""
        return self.code in ACCEPTED


def read_answer(raw: bytes) -> Answer | None:
    """The answer in `raw`, or None when there is no lawful MSA segment."""
    segments = raw.decode("utf-8", "replace").replace("\n", "\r").split("\r")
    header = segments[0]
    if len(header) < 8 or not header.startswith("MSH"):
        return None
    split = [segment.split(header[3]) for segment in segments[1:] if segment]
    msa = next((fields for fields in split if fields[0] == "MSA"), None)
    if msa is None or len(msa) < 3 or msa[1] not in ACCEPTED | REFUSED:
        return None
    texts = [msa[3] if len(msa) > 3 else ""]
    for fields in split:
        if fields[0] == "ERR":
            # the user's message first, then the diagnostic text, then the text of the error code
            texts += [
                *fields[8:9],
                *fields[7:8],
                *(code.split(header[4])[1] for code in fields[3:4] if header[4] in code),
            ]
    reason = next((text for text in texts if text), "")
    return Answer(msa[1], msa[2], _plain(reason, header[3:8]))


def _plain(text: str, separators: str) -> str:
    # MSH-1 and MSH-2 stand in this order: field, component, repetition, escape, subcomponent
    marks = dict(zip("FSRET", separators, strict=True))
    words = text.split(marks["E"])
    # between two escape characters stands one letter; what is not one of ours stays as it is
    return "".join(marks.get(word, word) if i % 2 else word for i, word in enumerate(words))
