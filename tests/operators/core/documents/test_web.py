"""The content of a page stays, whatever it is made of; what stands around it goes."""

import pytest
from dataflow_agent.operators.core import RowError
from dataflow_agent.operators.core.documents import Converted, Limits
from dataflow_agent.operators.core.documents.web import MOST_BYTES, to_markdown

LIMITS = Limits(max_bytes=2**26, max_expanded_bytes=2**26, max_pages=10)
PROSE = "<p>" + "The moon pulls the sea, and the sea follows it around the earth. " * 6 + "</p>"


def read(body: str, head: str = "<title>Tides</title>", encoding: str = "utf-8") -> Converted:
    return to_markdown(f"<html><head>{head}</head><body>{body}</body></html>".encode(encoding), LIMITS)


def test_headings_lists_tables_and_code_stay() -> None:
    page = read(
        f"<main><h1>Tides</h1>{PROSE}<ul><li>spring<ul><li>high</li></ul></li><li>neap</li></ul>"
        "<table><tr><th>Port</th><th>Rise</th></tr><tr><td>Brest</td><td>6|7 m</td></tr></table>"
        '<pre><code class="language-python">def rise():\n\n    return 6\n</code></pre>'
        '<p>See <a href="https://example.org/long">the chart</a>.</p></main>'
    )
    assert page.title == "Tides"
    assert "# Tides\n" in page.text
    assert "- spring\n  - high\n- neap" in page.text
    assert "| Port | Rise |\n| --- | --- |\n| Brest | 6\\|7 m |" in page.text
    assert "```python\ndef rise():\n\n    return 6\n```" in page.text
    assert "See the chart." in page.text
    assert "example.org" not in page.text


@pytest.mark.parametrize(
    "around",
    [
        "<nav>{}</nav>",
        "<footer>{}</footer>",
        "<aside>{}</aside>",
        "<script>{}</script>",
        "<form><label>{}</label></form>",
        '<div class="cookie-banner">{}</div>',
        '<div id="sidebar">{}</div>',
        '<div class="navheader">{}</div>',
        '<div role="navigation">{}</div>',
    ],
)
def test_what_stands_around_the_content_goes(around: str) -> None:
    text = read(f"{around.format('AROUND')}<div>{PROSE}<pre>code</pre></div>").text
    assert "AROUND" not in text
    assert "The moon" in text


@pytest.mark.parametrize(
    "content",
    [
        '<main>{0}<section id="cookie-objects"><p>INSIDE</p></section></main>',
        '<main>{0}<div class="section" id="menu"><p>INSIDE</p></div></main>',
        '<main>{0}<div id="share"><p>INSIDE</p></div></main>',
        '<div>{0}<pre>code</pre><h2 id="set-cookie">INSIDE</h2></div>',
        '<main>{0}<aside class="admonition note"><p>INSIDE</p></aside></main>',
        '<form id="aspnetForm"><h1>INSIDE</h1>{0}</form>',
        "<div>{0}{0}{0}<p>INSIDE</p></div><article>{0}</article>",
        "<article>{0}</article><article><p>INSIDE</p></article>",
        '<div class="sidebar"><main>{0}<p>INSIDE</p></main></div>',
    ],
)
def test_content_stays_that_resembles_what_stands_around(content: str) -> None:
    assert "INSIDE" in read(content.format(PROSE)).text


def test_a_tiny_page_is_all_content() -> None:
    assert read("<p>Low water at six.</p>").text == "Low water at six."


@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-16", "windows-1252"])
def test_the_encoding_that_a_page_names_is_used(encoding: str) -> None:
    page = read("<p>marée haute à Saint-Malo</p>", f'<meta charset="{encoding}"><title>Marées</title>', encoding)
    assert (page.title, page.text) == ("Marées", "marée haute à Saint-Malo")


def test_xhtml_is_read_with_its_declaration() -> None:
    page = b'<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    assert to_markdown(page + b"<body><p>Low water</p></body></html>", LIMITS).text == "Low water"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<html><body><script>draw()</script></body></html>", "no_text"),
        (b"<html>" + b"<p>x</p>" * (MOST_BYTES // 8), "too_large"),
        (b"<html><body>" + b"<div>" * 5000 + b"deep", "unreadable_document"),
    ],
)
def test_a_page_that_cannot_be_read_says_why(page: bytes, reason: str) -> None:
    with pytest.raises(RowError) as raised:
        to_markdown(page, LIMITS)
    assert raised.value.reason == reason


def test_the_terms_of_definitions_stay_with_what_they_mean() -> None:
    words = "The flow of the river turns the wheel of the mill on most days of the year. " * 8
    terms = "<dl><dt>Parameters:</dt><dd>one rope</dd><dt>Throws:</dt><dd>a belt</dd></dl>"
    page = f"<body><h1>Mill</h1><p>{words}</p>{terms}</body>"
    text = to_markdown(page.encode(), LIMITS).text
    places = [text.index(word) for word in ("Parameters:", "one rope", "Throws:", "a belt")]
    assert places == sorted(places)
