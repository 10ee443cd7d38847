"""unescape_html: what an entity stands for takes its place, and what is no entity stays."""

import html
import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.unescape_html import UnescapeHtml
from hypothesis import given
from hypothesis import strategies as st

ESCAPED = st.text(alphabet="a&;#x3lt＆；<", max_size=30)


def unescaped(text: str, **options: Any) -> str:
    return str(apply_rows(UnescapeHtml(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &lt; b", "a < b"),  # the reference deletes it: "a  b"
        ("&quot;x&quot; &amp; &apos;y&apos;", "\"x\" & 'y'"),
        ("a&nbsp;b", "a\u00a0b"),
        ("&hellip;&ndash;&mdash;&lsquo;&rsquo;&ldquo;&rdquo;", "…–—‘’“”"),
        ("&eacute;&#233;&#xE9;&#Xe9;", "éééé"),
        ("&#128512;&#x4f60;", "\N{GRINNING FACE}你"),
        ("＆lt；b&gt；", "<b>"),
        ("&#150;", "–"),
        ("&#xD800; &#0;", "\ufffd \ufffd"),
        ("<b>&lt;b&gt;</b>", "<b><b></b>"),
    ],
)
def test_entities_become_their_characters(text: str, expected: str) -> None:
    assert unescaped(text) == expected


@pytest.mark.parametrize(
    "text",
    ["AT&T", "?a=1&lt=3", "q&amplify", "&unknown;", "a && b;", "&;", "&#;", "&#x;", "& lt;", "&lt", "R&D; cost",
     "&#12345678;", "plain", ""],
)  # fmt: skip
def test_what_is_no_entity_stays(text: str) -> None:
    assert unescaped(text) == text
    assert unescaped(text, mode="delete") == text


def test_entities_are_deleted_only_when_asked() -> None:
    assert unescaped("a &lt;b&nbsp;&times; &foo; &#39;", mode="delete") == "a b &foo; "


def test_what_was_escaped_twice_is_decoded_once_unless_asked() -> None:
    assert unescaped("&amp;amp;lt;") == "&amp;lt;"
    assert unescaped("&amp;amp;lt;", nested=True) == "<"


def test_rows_without_entities_or_text_are_untouched() -> None:
    rows: list[dict[str, Any]] = [{"text": "a & b"}, {"text": None}, {}, {"text": "&amp;"}]
    assert apply_rows(UnescapeHtml(), rows) == [{"text": "a & b"}, {"text": None}, {}, {"text": "&"}]


@given(st.text(max_size=40))
def test_what_was_escaped_comes_back(text: str) -> None:
    assert unescaped(html.escape(text)) == text


@given(ESCAPED, st.sampled_from(["unescape", "delete"]))
def test_doing_it_twice_changes_nothing_more_when_nested(text: str, mode: str) -> None:
    once = unescaped(text, nested=True, mode=mode)
    assert unescaped(once, nested=True, mode=mode) == once


@pytest.mark.parametrize("piece", ["&", "&a", "&#1", "&amp", "&amp;", "&amp;amp;"])
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    started = time.process_time()
    unescaped(piece * 100_000, nested=True)
    assert time.process_time() - started < 2
