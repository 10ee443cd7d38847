"""normalize_text_formats: one form of characters, dates and money, and nothing guessed."""

import time
import unicodedata
from datetime import date
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.normalize_text_formats import NormalizeTextFormats
from hypothesis import given
from hypothesis import strategies as st


def normalized(text: str, **options: Any) -> str:
    return str(apply_rows(NormalizeTextFormats(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021/4/3", "2021-04-03"),
        ("2021-4-3", "2021-04-03"),
        ("on 2021年4月3日,", "on 2021-04-03,"),
        ("25/4/2021 and 4/25/2021", "2021-04-25 and 2021-04-25"),
        ("4/4/2021", "2021-04-04"),
        ("3.4.2021", "2021-04-03"),
        ("April 3, 2021", "2021-04-03"),
        ("apr. 3rd 2021", "2021-04-03"),
        ("the 3rd of April 2021.", "the 2021-04-03."),
        ("(3 Sept. 2021)", "(2021-09-03)"),
        ("May 1, 2020 and June 2, 2021, then 3 July 2022", "2020-05-01 and 2021-06-02, then 2022-07-03"),
    ],
)
def test_dates_that_can_be_read_in_one_way_become_iso(text: str, expected: str) -> None:
    # Of several long dates the reference rewrites only the first, and it does not pad.
    assert normalized(text) == expected


@pytest.mark.parametrize(("order", "expected"), [("dmy", "2021-04-03"), ("mdy", "2021-03-04"), ("unknown", "3/4/2021")])
def test_what_comes_first_in_a_numeric_date_is_said_and_not_guessed(order: str, expected: str) -> None:
    assert normalized("3/4/2021", date_order=order) == expected


def test_a_declared_order_holds_for_points_too_and_gives_way_to_the_only_reading() -> None:
    assert normalized("3.4.2021 25/4/2021", date_order="mdy") == "2021-03-04 2021-04-25"


@pytest.mark.parametrize(
    "text",
    ["v1.2.34", "1.2.34", "v1.2.2021", "31/4/2021", "29.2.2021", "30 February 2021", "0/1/2021", "2021/13/1",
     "https://x.org/2021/4/3/title", "a/3.4.2021/b", "3/4/2021/5", "3/4-2021", "13/4/21", "3-5 April 2021",
     "March 2021", "1.2.2021.4", "x=3.4.2021", "the may 2021 issue", "2021/4/3T", ""],
)  # fmt: skip
def test_versions_paths_ranges_and_days_that_do_not_exist_stay(text: str) -> None:
    assert normalized(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$5.99", "5.99 USD"),  # the reference: "5 USD.99"
        ("costs $5, or $1,299.50.", "costs 5 USD, or 1,299.50 USD."),
        ("€5,99 and 5 € and 1.234,50€", "5,99 EUR and 5 EUR and 1.234,50 EUR"),
        ("£3 to £4", "3 GBP to 4 GBP"),
        ("US$5 million, A$3k, HK$7", "5 million USD, 3k AUD, 7 HKD"),
        ("$5M ($2 billion)", "5M USD (2 billion USD)"),
        ("₹1,00,000", "1,00,000 INR"),
        ("5 €6", "5 6 EUR"),
    ],
)
def test_amounts_of_money_get_the_code_of_their_currency(text: str, expected: str) -> None:
    assert normalized(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$5$",
        "let $2 < x$ and $3x$",
        "$5x",
        "${5}",
        "\\$5",
        "$x",
        "$$5",
        "x$5",
        "¥500",
        "5$",
        "$5%",
        "€",
        "a$5b",
        "$1{2}",
    ],
)
def test_formulas_and_code_stay(text: str) -> None:
    assert normalized(text) == text


def test_a_bare_dollar_is_the_one_named() -> None:
    assert normalized("$5 US$6", dollar="CAD") == "5 CAD 6 USD"
    with pytest.raises(ValueError, match="dollar"):
        NormalizeTextFormats(dollar="dollars")


def test_characters_are_composed_and_only_on_request_made_plain() -> None:
    assert normalized("Cafe\u0301 ﬁ Ａ ²") == "Caf\u00e9 ﬁ Ａ ²"
    assert normalized("Cafe\u0301 ﬁ Ａ ²", unicode_form="NFKC") == "Caf\u00e9 fi A 2"


def test_only_the_formats_named_are_touched() -> None:
    text = "e\u0301 3 April 2021 $5"
    assert normalized(text, formats=("unicode",)) == "\u00e9 3 April 2021 $5"
    assert normalized(text, formats=("dates",)) == "e\u0301 2021-04-03 $5"
    assert normalized(text, formats=("currency",)) == "e\u0301 3 April 2021 5 USD"
    with pytest.raises(ValueError, match="at least one format"):
        NormalizeTextFormats(formats=())


MIXED = st.text(alphabet="0123/.-$€ $kM,e\u0301年月日", max_size=25)


@given(MIXED | st.text(max_size=25), st.sampled_from(["unknown", "dmy", "mdy"]), st.sampled_from(["NFC", "NFKC"]))
def test_doing_it_twice_changes_nothing_more(text: str, order: str, form: str) -> None:
    once = normalized(text, date_order=order, unicode_form=form)
    assert normalized(once, date_order=order, unicode_form=form) == once


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(2999, 12, 31)))
def test_every_date_is_read_as_it_was_written(day: date) -> None:
    assert normalized(f"{day.day}/{day.month}/{day.year}", date_order="dmy") == day.isoformat()
    assert normalized(f"{day.month}/{day.day}/{day.year}", date_order="mdy") == day.isoformat()
    assert normalized(f"{day:%B} {day.day}, {day.year}") == day.isoformat()
    assert normalized(f"{day.day} {day:%b} {day.year}") == day.isoformat()
    assert normalized(day.isoformat()) == day.isoformat()


@given(st.text(max_size=30))
def test_without_dates_and_money_it_is_the_normal_form(text: str) -> None:
    assert normalized(text, formats=("unicode",)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("piece", ["$5 ", "$5", "5", "5,", "€", "3/4/", "may ", "3 may ", "2021/", " ", "$", "5 €"])
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    started = time.process_time()
    normalized("$5 3/4/2021 " + piece * 50_000)
    assert time.process_time() - started < 3


def test_a_long_number_after_a_dollar_in_a_formula_costs_no_more() -> None:
    text = "$" + "1" * 50_000 + "a" * 50_000 + "$x"
    started = time.process_time()
    assert normalized(text) == text
    assert time.process_time() - started < 2
