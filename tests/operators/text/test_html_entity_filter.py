"""html_entity_filter: what an entity is, and that the limit itself is kept."""

from html import escape
from html.entities import name2codepoint
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.html_entity_filter import HtmlEntityFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(HtmlEntityFilter(**options), [{"text": text} for text in texts])]


def counted(text: str) -> int:
    records = apply_outcome(HtmlEntityFilter(), batch_of([{"text": text}])).records
    assert records is not None
    return int(records["html_entities"][0])


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a &lt; b", 1),
        ("3 &times; 4", 1),
        ("&nbsp;&amp;&quot;&apos;&hellip;&ndash;&mdash;&lsquo;&rsquo;&ldquo;&rdquo;&gt;", 12),
        ("it&#39;s &#x27;so&#X27;", 3),
        ("＆lt；＆lt;&lt；", 3),
        ("你好&nbsp;世界 שלום&quot;", 2),
        ("&amp;lt;", 1),
        ("&CounterClockwiseContourIntegral;", 1),
    ],
)
def test_entities_that_html_knows_count(text: str, count: int) -> None:
    assert counted(text) == count
    assert kept([text]) == []


@pytest.mark.parametrize(
    "text",
    ["", "?a=1&lt=3", "q&amplify", "AT&T; R&D;", "a & b; c", "&nosuchname;", "&amp", "&;", "&#;", "&#x;", "＆ ；"],
)
def test_what_html_does_not_know_or_has_no_end_is_no_entity(text: str) -> None:
    assert counted(text) == 0
    assert kept([text]) == [text]


def test_the_limit_itself_is_kept_and_null_is_no_limit() -> None:
    texts = ["&lt;", "&lt;&gt;", "&lt;&gt;&amp;"]
    assert kept(texts, max_entities=2) == texts[:2]
    assert kept(texts, max_entities=None) == texts


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(name2codepoint)), max_size=5), st.text("<>&\"'ab ", max_size=10))
def test_every_named_entity_counts_once_and_escaping_makes_one_of_each_sign(names: list[str], text: str) -> None:
    assert counted(" ".join(f"&{name};" for name in names)) == len(names)
    assert counted(escape(text)) == sum(character in "<>&\"'" for character in text)
