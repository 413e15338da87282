"""Text in HL7 messages: escapes and character sets, declared rightly, wrongly or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.formats.hl7v2.encoding import STANDARD, Separators, decode, escape, unescape

OTHER = Separators("#", "$", "*", "@", "!")


def header(charset: str) -> bytes:
    """A header that declares a character set in MSH-18."""
    return f"MSH|^~\\&|M||||20261124150000||ORU^R01|1|P|2.6||||||{charset}\rOBX|1|ST|x||".encode()


@pytest.mark.parametrize(
    ("charset", "codec", "text"),
    [
        ("", "utf-8", "Müller 37 °C ℃"),
        ("UNICODE UTF-8", "utf-8", "血氧"),
        ("8859/1", "latin-1", "Müller 37 °C"),
        ("8859/15", "iso8859-15", "€"),
        ("GB 18030-2000", "gb18030", "体温一丂"),
        ("ISO IR87", "iso2022_jp", "体温"),
        ("KS X 1001", "euc_kr", "체온"),
        ("UNICODE UTF-8~8859/1", "utf-8", "ü"),
        # not declared, or declared wrongly: the next best
        ("", "latin-1", "Müller 37 °C"),
        ("UNICODE UTF-8", "latin-1", "Müller"),
        ("ASCII", "utf-8", "Müller"),
        ("", "gb2312", "体温"),
        ("KLINGON", "utf-8", "Müller"),
    ],
)
def test_text_is_read_by_what_is_declared_if_it_fits(charset: str, codec: str, text: str) -> None:
    assert decode(header(charset) + text.encode(codec)).endswith("||" + text)


def test_a_message_in_utf_16_is_read_by_its_mark() -> None:
    assert decode("MSH|^~\\&|Mü".encode("utf-16")) == "MSH|^~\\&|Mü"


@given(st.binary(max_size=200))
def test_any_bytes_become_text(raw: bytes) -> None:
    decode(raw).encode()
    decode(header("8859/7") + raw)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"\H\bold\N\ text\.br\next", "bold text\nnext"),
        (r"37 \XC2B0\C", "37 °C"),
        (r"37 \XB0\C", "37 °C"),
        (r"\Z1\ stays \X0\ too", r"\Z1\ stays \X0\ too"),
        ("a lone \\ mark", "a lone \\ mark"),
        ("two \\ lone \\ marks", "two \\ lone \\ marks"),
        ("\\", "\\"),
        ("", ""),
    ],
)
def test_escapes_are_resolved_and_what_is_none_stays(written: str, meant: str) -> None:
    assert unescape(written, STANDARD) == meant


@given(
    st.text(st.characters(exclude_characters="\r\n\x0b\x1c", exclude_categories=["Cs"])),
    st.sampled_from([STANDARD, OTHER]),
)
def test_what_is_escaped_comes_back(text: str, separators: Separators) -> None:
    written = escape(text, separators)
    assert unescape(written, separators) == text
    assert not set(written) & {separators.field, separators.component, separators.repetition}


@given(st.text(st.sampled_from("\\FSTREXH0aZ.br"), max_size=60))
def test_no_escape_breaks_it(text: str) -> None:
    assert isinstance(unescape(text, STANDARD), str)
