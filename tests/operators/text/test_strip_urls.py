"""strip_urls: the address goes, the sentence around it stays."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.text.strip_urls import StripUrls
from hypothesis import given
from hypothesis import strategies as st


def stripped(text: str, **options: Any) -> str:
    return str(apply_rows(StripUrls(**options), [{"text": text}])[0]["text"])


@pytest.mark.parametrize(
    ("before", "url", "after"),
    [
        ("see ", "https://x.org", " now"),
        ("see ", "http://x.org/a/b.html?c=d&e=%20#f", "."),
        ("", "ftp://ftp.x.org/pub/", ""),
        ("", "HTTP://X.ORG", "!"),
        ("", "www.x.org/a", ", b"),
        ("(see ", "https://x.org/a_(b)", ".)"),
        ("[", "https://en.wikipedia.org/wiki/A_(b)_(c)", "]"),
        ("[text](", "https://x.org/a", ")"),
        ("<", "https://x.org", ">"),
        ('href="', "https://x.org/a?b=c", '">'),
        ("**", "https://x.org", "**, "),
        ("'", "https://x.org", "'"),
        ("pip install ", "git+https://g.com/x@v1", ""),
        ("", "http://[::1]:8080/x", " "),
        ("", "https://user:pw@x.org:80/?q={a}", "…"),
        ("请看", "https://x.org/页面", "。谢谢"),
        ("“", "https://münchen.de/ß", "”"),
        ("really? ", "https://x.org", "?!"),
    ],
)
def test_the_sentence_keeps_its_brackets_and_punctuation(before: str, url: str, after: str) -> None:
    assert stripped(before + url + after) == before + after
    assert stripped(before + url + after, replacement="[URL]") == f"{before}[URL]{after}"


@pytest.mark.parametrize(
    "text",
    ["http://", "https:// x", "www.", "www. x", "3 // 4", "std::http", "me@www.x.org", "xhttp://a", "x.org/a",
     "http:/x", "the http and www words", "C:\\www\\x"],
)  # fmt: skip
def test_what_is_no_url_stays(text: str) -> None:
    assert stripped(text) == text


def test_several_urls_go_and_lines_stay() -> None:
    assert stripped("a https://x.org/1\nb https://x.org/2 www.y.org c") == "a \nb   c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](http://x.org)[b](http://y.org/c)", "[a]()[b]()"),
        ("(https://x.org),(https://y.org/a_(b)).", "(),()."),
        ("<http://x.org><www.y.org>", "<><>"),
        ("http://x.org]http://y.org", "]"),
    ],
)
def test_urls_with_only_a_bracket_between_them_all_go(text: str, expected: str) -> None:
    assert stripped(text) == expected
    assert stripped(text, bare_domains=True) == expected


@pytest.mark.parametrize(
    "piece", ["\u212a", "a", "a+", "http://x)", "(http://x", "http://x.(", "www.", "-www.a", "://", "x.de)"]
)
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str) -> None:
    text = "http://x.org " + piece * 20_000 + "://x www.x.org"
    started = time.process_time()
    for bare in (False, True):
        stripped(text, bare_domains=bare)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at docs.python.org/3, now", "at , now"),
        ("example.com", ""),
        ("bbc.co.uk!", "!"),
        ("a.b-c.io:80/x?y", ""),
        ("me@example.com", "me@example.com"),
        ("README.md node.js ASP.NET v1.2.3 e.g. this.is", "README.md node.js ASP.NET v1.2.3 e.g. this.is"),
        ("file.com.txt x.community", "file.com.txt x.community"),
    ],
)
def test_domains_without_a_scheme_go_only_when_asked(text: str, expected: str) -> None:
    assert stripped(text) == text
    assert stripped(text, bare_domains=True) == expected


def test_a_replacement_is_taken_literally() -> None:
    assert stripped("see https://x.org.", replacement=r"\1$1") == r"see \1$1."


@given(st.text(alphabet="ab./:()[]ws@ htp,", max_size=30), st.booleans())
def test_doing_it_twice_changes_nothing_more_and_adds_nothing(text: str, bare: bool) -> None:
    once = stripped(f"{text} https://x.org {text}", bare_domains=bare, replacement=" ")
    assert stripped(once, bare_domains=bare, replacement=" ") == once


@given(st.text(alphabet="aw.:/htps() \n", max_size=30), st.booleans())
def test_a_column_is_treated_as_its_texts(text: str, bare: bool) -> None:
    assert stripped(text, bare_domains=bare) == StripUrls(bare_domains=bare).refine(text)
