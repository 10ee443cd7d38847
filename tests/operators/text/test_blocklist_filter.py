"""blocklist_filter: terms are found as wholes in every script, from the list, the options or a file."""

from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text._blocklists import BLOCKLISTS
from dataflow_agent.operators.text.blocklist_filter import BlocklistFilter
from hypothesis import given, settings
from hypothesis import strategies as st


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(BlocklistFilter(**options), [{"text": text} for text in texts])]


def counted(text: str, *terms: str) -> int:
    records = apply_outcome(BlocklistFilter(terms=terms), batch_of([{"text": text}])).records
    assert records is not None
    return int(records["blocklisted_terms"][0])


@pytest.mark.parametrize(("count", "stays"), [(0, True), (1, True), (2, False)])
def test_by_default_one_occurrence_is_allowed(count: int, stays: bool) -> None:
    assert bool(kept(["clean " + "spam " * count], terms=["spam"])) is stays


@pytest.mark.parametrize(
    ("text", "term", "count"),
    [
        ("", "spam", 0),
        ("spam, SPAM! (Spam)", "spam", 3),
        ("spammer antispam spam_bot spam's", "spam", 0),
        ("这里有赌博网站，赌博！", "赌博", 2),
        ("看spam吧", "spam", 1),
        ("buy now, BUY\nNOW, buy\r\nnow", "Buy  now", 3),
        ("buy, now; buy nowadays; rebuy now", "buy now", 0),
        ("c++ and C++, not c+", "c++", 2),
        ("Übel ÜBEL übelst", "übel", 2),
        ("плохо ПЛОХО плохой", "Плохо", 2),
        ("cafe\u0301 cafe", "cafe", 1),
        ("हिन्दी हिन्", "हिन्", 1),
        ("שלום, שלומי", "שלום", 1),
        ("state-of-the-art; State-Of-The-Art", "state-of-the-art", 2),
        ("＂ｓｐａｍ＂", "ｓｐａｍ", 1),
    ],
)
def test_a_term_is_found_as_a_whole_in_any_case(text: str, term: str, count: int) -> None:
    assert counted(text, term) == count


def test_occurrences_of_all_terms_are_added() -> None:
    assert counted("a b a, c d", "a", " b ", "c d", "A") == 4


def test_long_lists_find_the_same_as_short_ones() -> None:
    many = [f"word{n}" for n in range(400)]
    assert counted("Word7 word70, ÜBEL good morning", *many, "übel", "good morning") == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_terms_the_list_of_the_language_is_used(language: Any) -> None:
    bad = "、".join(BLOCKLISTS[language][:2])
    assert kept([bad], language=language) == []
    assert kept([bad], language="en" if language == "zh" else "zh") == [bad]
    assert kept([bad], language=language, terms=["spam"]) == [bad]


@pytest.mark.parametrize(
    "text",
    [
        "The class passed the assessment; the analyst from Scunthorpe had a cocktail and a shiitake mushroom.",
        "他妈妈的生日，出口交通，男性交流，各自慰问，感情色彩，支援交通，叫做爱情。",
    ],
)
def test_the_lists_find_nothing_inside_ordinary_words(text: str) -> None:
    assert kept([text], max_terms=0) == [text]
    assert kept([text], max_terms=0, language="zh") == [text]


def test_terms_come_from_a_file_beside_those_given(tmp_path: Path) -> None:
    path = tmp_path / "terms.txt"
    path.write_text("# a comment\n\n  spam \nbuy now\n", encoding="utf-8-sig")
    operator = BlocklistFilter(terms_file="terms", terms=("ham",), max_terms=0)
    rows = [{"text": text} for text in ("spam", "Buy now", "ham", "a comment", BLOCKLISTS["en"][0])]
    assert apply_rows(operator, rows, Context(resources={"terms": str(path)})) == rows[3:]
    before = operator.resource_fingerprints({"terms": str(path)})
    path.write_text("other")
    assert operator.resource_fingerprints({"terms": str(path)}) != before


@pytest.mark.parametrize(
    ("content", "hint"), [(b"\xff\xfe", "not UTF-8"), (b"# only a comment\n", "holds no terms"), (None, "is no file")]
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None, hint: str) -> None:
    path = tmp_path / "terms.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=hint):
        apply_rows(BlocklistFilter(terms_file="terms"), [{"text": "a"}], Context(resources={"terms": str(path)}))
    with pytest.raises(InvalidInput, match="--resource terms=PATH"):
        apply_rows(BlocklistFilter(terms_file="terms"), [{"text": "a"}])


@pytest.mark.parametrize("terms", [(), ("",), ("spam", " \n")])
def test_blank_terms_are_refused(terms: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        BlocklistFilter(terms=terms)


def test_null_is_no_limit() -> None:
    assert kept(["spam " * 9], terms=["spam"], max_terms=None) == ["spam " * 9]


@settings(deadline=None)
@given(st.lists(st.sampled_from(["ab", "abc", "ba", "b", ",", "\n"]), max_size=12))
def test_single_words_are_counted_as_words_are_cut(pieces: list[str]) -> None:
    assert counted(" ".join(pieces), "ab", "b") == pieces.count("ab") + pieces.count("b")
