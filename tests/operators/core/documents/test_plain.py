"""Texts in whatever encoding come out as they were written."""

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Limits
from dataflow_agent.operators.core.documents.plain import decoded, to_markdown
from hypothesis import given
from hypothesis import strategies as st

LIMITS = Limits(max_bytes=2**20, max_expanded_bytes=2**20, max_pages=10)
FRENCH = "Le café était déjà fermé quand l’élève très sûr arriva à la façade naïve. Il fallait réfléchir à la façon."
WRITTEN = [
    ("cp1252", FRENCH),
    ("cp1252", "A ação não é uma solução; são decisões que também estão à mão, e nós já as conhecíamos há três anos."),
    ("cp1252", "På ön går kvinnan längs ån och äter smörgåsar medan båten ligger vid bryggan. Det är förstås något."),
    ("cp1252", "naïve café"),
    ("cp1250", "Zażółć gęślą jaźń. Wczoraj wieczorem pojechaliśmy do Łodzi, gdzie świeciło słońce i śpiewały ptaki."),
    ("cp1250", "Az őszi estéken a gyerekek gyakran ültek a tűz körül, és hallgatták a régi történeteket."),
    ("cp1251", "Сегодня хорошая погода, и дети играют во дворе. Мы пойдём в лес за грибами, а потом вернёмся домой."),
    ("shift_jis", "日本語のテキストです。これは文字コードの試験です。明日は雨が降るでしょう。"),
    ("gb18030", "中文网页内容，这是一个测试文件。编码应当被正确识别。明天可能会下雨。"),
    ("big5", "這是一個測試檔案，編碼應當被正確識別。明天可能會下雨，請帶雨傘。"),
    ("utf-8-sig", "grüß dich"),
    ("utf-16", "grüß dich"),
    ("utf-32", "grüß dich"),
]


@pytest.mark.parametrize(("encoding", "text"), WRITTEN)
def test_an_encoding_that_is_not_named_is_found(encoding: str, text: str) -> None:
    assert decoded(text.encode(encoding)) == text


def test_a_long_text_is_not_cut_inside_a_character() -> None:
    text = "中文网页内容，这是一个测试文件。编码应当被正确识别。\n" * 12_000
    assert decoded(text.encode("gb18030")) == text


def test_letters_that_come_late_count_too() -> None:
    text = "plain line\n" * 60_000 + FRENCH
    assert decoded(text.encode("cp1252")) == text


def test_a_declared_encoding_is_believed_unless_it_cannot_be() -> None:
    assert decoded("ж".encode("cp1251"), "cp1251") == "ж"
    assert decoded("ж".encode(), "cp1251") == "ж"
    assert decoded(FRENCH.encode("cp1252"), "no-such-encoding") == FRENCH


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_utf8_is_never_taken_for_anything_else(text: str) -> None:
    assert decoded(("a" + text).encode()) == "a" + text


@pytest.mark.parametrize("data", [bytes(1000), bytes(range(256)) * 40, b"\n \n"])
def test_what_is_no_text_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(RowError) as raised:
        to_markdown(data, LIMITS)
    assert raised.value.reason == "no_text"


def test_line_ends_take_one_form_and_front_matter_stays() -> None:
    read = to_markdown(b"---\r\nkind: note\r\n---\r\n# Tides #\r\n\r\nThe moon.\rThe sea.", LIMITS)
    assert read.text == "---\nkind: note\n---\n# Tides #\n\nThe moon.\nThe sea."
    assert (read.title, read.pages) == ("Tides", None)


def test_a_form_feed_is_no_page() -> None:
    assert "\f" not in to_markdown(b"one\ftwo", LIMITS).text
