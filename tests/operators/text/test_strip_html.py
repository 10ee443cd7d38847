"""strip_html: what a page shows stays, its markup goes, and what only looks like markup is text."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.strip_html import StripHtml
from hypothesis import given
from hypothesis import strategies as st


def stripped(text: str, **options: Any) -> str:
    return str(apply_rows(StripHtml(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div>a<div>b</div>c</div>", "a\nb\nc"),
        ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
        ("<ul>\n  <li>one</li>\n  <li>two\n</ul>\ntail", "one\ntwo\ntail"),
        ("<h1>Title</h1>text", "Title\ntext"),
        ("bo<b>l</b>d x<sup>2</sup> <a href='#'>link</a>", "bold x2 link"),
        ("<table><tr><td>a</td> <td>b</td></tr>\n<tr><th>c<th>d</table>", "a\tb\nc\td"),
        ("<td>cut</td><td>row</td></tr>", "cut\trow"),
        ("tail of a cut page</p></div><p>next", "tail of a cut page\nnext"),
        ("<p>kept lines\n\n  with indent</p>", "kept lines\n\n  with indent"),
    ],
)
def test_blocks_become_line_breaks_and_inline_elements_nothing(page: str, shown: str) -> None:
    assert stripped(page) == shown


@pytest.mark.parametrize(
    "page",
    [
        "<script>if (a<b) { x('<p>no</p>') }</script><p>shown</p>",
        "<style>p > a { color: red }</style>shown<p>",
        "<head><title>no</title><meta charset='utf-8'></head><body>shown</body>",
        "<title>no</title>shown<br>",
        "<p>shown<!-- no <b>comment</b> --></p>",
        "<!-- no\n<p>no</p>\n-->shown",
        "<noscript>no</noscript>shown",
        "<svg viewBox='0 0 1 1'><path d='M0'/><text>no</text></svg><p>shown",
        "<template><p>no</p></template>shown",
        "<!DOCTYPE html><html lang='en'><body>shown</body></html>",
        "<?xml version='1.0'?><p>shown</p>",
        "<SCRIPT SRC='x.js'></SCRIPT><P>shown</P>",
        "<p\n  class='x > y'\n  title=\"no\"\n>shown</p\n>",
        "<p>shown</p><script>no() // cut off",
    ],
)  # fmt: skip
def test_what_a_page_does_not_show_goes(page: str) -> None:
    assert stripped(page) == "shown"


@pytest.mark.parametrize(
    "text",
    [
        "if a < b and c > d",
        "a<b",
        "a <b and c> d",
        "x<a && y>b",
        "#include <stdio.h>\n#include <map>",
        "std::vector<int> v; List<Object> l; Map<K, V> m",
        "cp <source> <dest>, see <https://x.org> or <me@x.org>",
        "<owner-process-pid> and <o:p>",
        "3 <4> 5 <- 6 <> 7 << 8 <= 9",
        "AT&T &amp; co &lt;b&gt; &nbsp;",
        "an open <!-- comment",
        "<", "<<<", "</", "< p >", "<3", "<b", "",
        "  spaces \t stay \r\n as they are \u200b",
    ],
)  # fmt: skip
def test_a_text_without_tags_stays_byte_for_byte(text: str) -> None:
    assert stripped(text) == text


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>if a < b and c > d</p>", "if a < b and c > d"),
        ("<p>map<string, int> m; vector<Object> v</p>", "map<string, int> m; vector<Object> v"),
        ("#include <stdio.h>\n<b>bold</b>", "#include <stdio.h>\nbold"),
        ("<p>x</p>a <b and c> d", "x\na <b and c> d"),
        ("<i>an open <!-- comment</i>", "an open <!-- comment"),
        ("<p>one</p><?php if ($a->b) echo 1 ?>", "one\n<?php if ($a->b) echo 1 ?>"),
        ("<p>a <my-tag x='1'>custom</my-tag> element</p>", "a custom element"),
        ("<p><o:p>Office</o:p></p>", "Office"),
        ("<p>ends in <b", "ends in <b"),
        ("<p>cut in a tag <a class='x", "cut in a tag"),
    ],
)
def test_in_a_page_too_what_opens_no_tag_is_text(page: str, shown: str) -> None:
    assert stripped(page) == shown


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<p>Fish &amp; chips &lt;3 &eacute;&#233;&#xe9; &copy;</p>", "Fish & chips <3 ééé ©"),
        ("<p>&amp;lt; stays escaped once</p>", "&lt; stays escaped once"),
        ("<p>&lt;script&gt;shown&lt;/script&gt;</p>", "<script>shown</script>"),
        ("<![CDATA[a <b> & c]]><br>", "a <b> & c"),
        ("<p>an <![CDATA[ open section</p>", "an <![CDATA[ open section"),
    ],
)
def test_entities_and_cdata_are_decoded_once(page: str, shown: str) -> None:
    assert stripped(page) == shown


@pytest.mark.parametrize(
    "tag",
    ["<iframe src='x'>", "<title>", "<svg x='1'>", "<noscript>", "<script src='x'/>", "<object data='x'/>"],
)
def test_an_element_that_is_never_closed_does_not_swallow_the_page(tag: str) -> None:
    assert stripped(f"<p>before</p>{tag}<p>after</p>") == "before\nafter"


def test_texts_without_tags_are_decoded_only_when_asked() -> None:
    assert stripped("Fish &amp; chips") == "Fish &amp; chips"
    assert stripped("Fish &amp; chips, a < b", only_tagged=False) == "Fish & chips, a < b"


def test_control_characters_that_mark_breaks_inside_cannot_be_forged() -> None:
    assert stripped("<b>a\x1eb\x1fc</b>") == "a b c"


def test_rows_beside_a_page_are_untouched() -> None:
    rows = [{"text": "<p>x"}, {"text": None}, {"text": " a < b "}, {}]
    assert apply_rows(StripHtml(), rows) == [{"text": "x"}, {"text": None}, {"text": " a < b "}, {}]


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<b>", "<svg>", "<object>", '<a href="', "<!--", "<", "<![CDATA[", "</p>", " ", "\x1e", "<a ", "<a b",
     "&", "<script>", "<table><tr>", "</script"],
)  # fmt: skip
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    page = "<p>" + piece * 20_000 + "</svg></object>x"
    started = time.process_time()
    stripped(page)
    assert time.process_time() - started < 2


PLAIN = st.text(alphabet="ab <>/&;!-=\n", max_size=30)


@given(PLAIN)
def test_text_that_was_escaped_comes_back(text: str) -> None:
    shown = " ".join(text.split())
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert stripped(f"<p>{escaped}</p>") == shown


@given(st.text(alphabet="pb <>/&;!-='\"\n\x1e", max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(stripped(text), str)
    assert isinstance(stripped("<p>" + text), str)
