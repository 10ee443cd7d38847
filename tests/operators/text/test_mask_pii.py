"""mask_pii: personal data of a known form is masked, and what only resembles it is not."""

from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text._personal_data import KINDS
from dataflow_agent.operators.text.mask_pii import MaskPii
from hypothesis import given
from hypothesis import strategies as st

FOUND = {
    "EMAIL": ["jo@x.org", "a.b+c-d@mail.example.co.uk", "Jörg@münchen.de", "x_1%y@sub.x-y.museum", "A@B.CO"],
    "PHONE": [
        "+49 30 1234567", "+49 (0) 30 1234567", "+1 (415) 555-2671", "+1-415-555-2671", "+442079460958",
        "+33 1 42 68 53 00", "0049 30 1234567", "(415) 555-2671", "(415)555-2671", "415-555-2671", "415.555.2671",
        "1-415-555-2671", "030 1234567", "(030) 1234567", "0170/1234567", "020 7946 0958", "01 42 68 53 00",
        "+12345678",
    ],
    "IP": ["1.2.3.4", "0.0.0.0", "255.255.255.255", "192.168.0.1", "2001:db8::1", "fe80::1",
           "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "::ffff:1.2.3.4"],
    "CARD": ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "3782 822463 10005",
             "4222222222222", "6304000000000000000"],
}  # fmt: skip
STAYS = [
    "2026-11-22", "22.11.2026", "01.02.2026", "01-02-2026", "2026/11/22 12:30:45", "1.2.3", "v1.2.3.4",
    "version 1.2.3.4", "978-3-16-148410-0", "0-306-40615-2", "1234567890", "12345678901234567890", "+1234567",
    "00123456789", "02111-1307", "SSN 123-45-6789", "10.1000/182", "555-2671", "256.1.1.1", "1.2.3.4.5", "01.2.3.4",
    "std::vector<a::b>", "dead::beef", "::", "::1", "12:30:45", "00:1a:2b:3c:4d:5e", "4111111111111112",
    "4111 1111 1111 1112", "0000 0000 0000 0000", "1111111111111117", "00 01 02 03 04 05 06 07", "100 200 300 400",
    "user@localhost", "@handle", "a@b", "@a.org", "git@github.com:o/r.git", "icon@2x.png", "x @ y.org",
    "1e+10000000", "3.14159265", "1,234,567.89", "#415-555-26711", "0x7fffffffffff", "f(415, 555)",
    "415 - 555 - 2671",
]  # fmt: skip


def masked(text: str, **options: Any) -> str:
    return str(apply_rows(MaskPii(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(("label", "value"), [(label, value) for label, values in FOUND.items() for value in values])
def test_each_kind_is_found_in_a_sentence_and_at_its_ends(label: str, value: str) -> None:
    assert masked(value) == f"[{label}]"
    assert masked(f"Reach me: {value}, or not.") == f"Reach me: [{label}], or not."
    assert masked(f"({value}).") == f"([{label}])."


@pytest.mark.parametrize("text", STAYS)
def test_what_only_resembles_it_stays(text: str) -> None:
    assert masked(text) == text
    assert masked(f"a {text} b") == f"a {text} b"


@pytest.mark.parametrize("digit", range(10))
def test_a_card_number_counts_only_with_its_check_digit(digit: int) -> None:
    number = f"411111111111111{digit}"
    assert masked(number) == ("[CARD]" if digit == 1 else number)


@pytest.mark.parametrize(("digits", "is_phone"), [(6, False), (7, True), (15, True), (16, False)])
def test_a_phone_number_has_7_to_15_digits(digits: int, is_phone: bool) -> None:
    number = "+49 " + "1" * (digits - 2)
    assert masked(number) == ("[PHONE]" if is_phone else number)


def test_only_the_kinds_asked_for_are_masked() -> None:
    text = "jo@x.org, +49 30 1234567, 1.2.3.4, 4111111111111111 12/27"
    assert masked(text) == "[EMAIL], [PHONE], [IP], [CARD] 12/27"
    for kind in KINDS:
        assert masked(text, kinds=[kind]).count("[") == 1
        assert f"[{kind.upper()}]" in masked(text, kinds=[kind])
    with pytest.raises(ValueError, match="at least one kind"):
        MaskPii(kinds=())


def test_stars_keep_the_form() -> None:
    assert masked("jo.d@x.org, (415) 555-2671", style="stars") == "**.*@*.***, (***) ***-****"


def test_findings_that_touch_are_masked_once_each() -> None:
    assert masked("a@x.org,b@x.org;1.2.3.4/24 1.2.3.4:80") == "[EMAIL],[EMAIL];[IP]/24 [IP]:80"


PIECES = st.lists(
    st.sampled_from([*(v for values in FOUND.values() for v in values), *STAYS, " ", "\n", "a", "1", "+", "@", ":"])
)


@given(PIECES)
def test_a_column_is_treated_as_its_texts(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert masked(text) == MaskPii().refine(text)


@given(PIECES)
def test_a_masked_text_holds_nothing_more_to_mask_between_spaces(pieces: list[str]) -> None:
    once = masked(" | ".join(pieces))
    assert masked(once) == once
