"""chunk_text: each method cuts where it says, never through words, table rows or code, and tells page and headings."""

import time
from typing import Any

import pytest
from dataflow_agent.operators.core import Context
from dataflow_agent.operators.core.testing import apply_rows
from dataflow_agent.operators.core.textview import TextView
from dataflow_agent.operators.knowledge._ruler import Ruler, word_starts
from dataflow_agent.operators.knowledge.chunk_text import ChunkText
from hypothesis import given, settings
from hypothesis import strategies as st

METHODS = ("recursive", "sentence", "token", "heading", "semantic")
every_method = pytest.mark.parametrize("method", METHODS)
CODE = "```python\ndef f(x):\n\n    # no heading\n    return x | 1\n```"
TABLE = "| name | age |\n|---|---|\n| Ann B | 31 |\n| Bob C | 42 |\n| Cid D | 53 |"
BLOCKS = st.sampled_from(
    [
        "One two. Three four five!",
        "# Alpha",
        "## Beta gamma",
        "word",
        CODE,
        TABLE,
        "你好世界。再见。",
        "    x = {1: 2}\n    y",
        "Under\n===",
    ]
)
DOCUMENTS = st.lists(BLOCKS, max_size=8).map("\n\n".join)


def rows(text: str, row: dict[str, Any] | None = None, **options: Any) -> list[dict[str, Any]]:
    return apply_rows(ChunkText(**options), [{"text": text, **(row or {})}])


def chunks(text: str, **options: Any) -> list[str]:
    return [row["text"] for row in rows(text, **options)]


def dense(text: str) -> str:
    return "".join(text.split())


def is_whole(chunk: str) -> bool:
    # Indented blocks with empty lines between them are one.
    one = {part.strip() for part in chunk.split("\n\n    x")}
    return chunk in {CODE, *TABLE.split("\n")[2:], TABLE[:24]} or one <= {"x = {1: 2}\n    y", "= {1: 2}\n    y"}


@given(DOCUMENTS, st.sampled_from(METHODS), st.sampled_from(["words", "chars", "tokens"]), st.integers(5, 30))
@settings(max_examples=150, deadline=None)
def test_the_chunks_of_every_method_cover_the_text_and_cut_no_row_and_no_code(
    text: str, method: str, unit: str, size: int
) -> None:
    made = chunks(text, method=method, unit=unit, size=size, repeat_table_head=False)
    assert dense("".join(made)) == dense(text)
    whole = [CODE, "    x = {1: 2}\n    y", *TABLE.split("\n")[2:], "\n".join(TABLE.split("\n")[:2])]
    for piece in whole:
        assert sum(chunk.count(piece) for chunk in made) == text.count(piece)
    for chunk in made:
        assert chunk.strip()
        assert Ruler(chunk, unit).length(0, len(chunk)) <= size or is_whole(chunk)


@given(DOCUMENTS, st.sampled_from(METHODS), st.integers(6, 30), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_no_chunk_of_any_method_begins_or_ends_inside_a_word_also_with_overlap(
    text: str, method: str, size: int, overlap: int
) -> None:
    made = chunks(text, method=method, size=size, overlap=overlap, repeat_table_head=False)
    known = set(TextView(text).words)
    assert {word for chunk in made for word in TextView(chunk).words} == known
    assert made == chunks(text, method=method, size=size, overlap=overlap, repeat_table_head=False)


@given(st.text(alphabet="aB1_'’.·- é你ก\u0301\u200d\n\ud800", max_size=40))
def test_words_begin_where_those_of_a_text_view_do(text: str) -> None:
    places, at = [], 0
    for word in TextView(text).words:
        at = text.index(word, at)
        places.append(at)
        at += len(word)
    assert word_starts(text) == places


@pytest.mark.parametrize(
    ("method", "text", "options", "expected"),
    [
        ("sentence", "One two.\n\nThree four. Five.", {"size": 4}, ["One two.\n\nThree four.", "Five."]),
        ("sentence", "Dr. A. Smith came. He sat.", {"size": 4}, ["Dr. A. Smith came.", "He sat."]),
        ("sentence", "他走了。她来了！", {"size": 3}, ["他走了。", "她来了！"]),
        ("sentence", "a b c d e. F g.", {"size": 3}, ["a b c", "d e.", "F g."]),
        ("token", "One two.\n\nThree four. Five.", {"size": 3, "unit": "words"}, ["One two.\n\nThree", "four. Five."]),
        ("token", "aaaa bbbb cccc", {"size": 3}, ["aaaa bbbb", "cccc"]),
        ("token", "a b c d e", {"size": 3, "unit": "words", "overlap": 1}, ["a b c", "c d e"]),
        ("token", "cost $5.00 now", {"size": 7, "unit": "chars"}, ["cost", "$5.00", "now"]),
        ("token", "aaaaaaa b", {"size": 3, "unit": "chars"}, ["aaa", "aaa", "a b"]),
    ],
)
def test_a_method_cuts_where_it_says(method: str, text: str, options: dict[str, Any], expected: list[str]) -> None:
    assert chunks(text, method=method, **options) == expected


SECTIONS = "# A\n\nlead\n\n## B\n\none two\n\n## C\n\nthree\n\n# D\n\nfour"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (30, [(SECTIONS, None)]),
        (8, [("# A\n\nlead\n\n## B\n\none two\n\n## C\n\nthree", "A"), ("# D\n\nfour", "D")]),
        (5, [("# A\n\nlead\n\n## B\n\none two", "A"), ("## C\n\nthree", "A > C"), ("# D\n\nfour", "D")]),
        (4, [("# A\n\nlead", "A"), ("## B\n\none two", "A > B"), ("## C\n\nthree", "A > C"), ("# D\n\nfour", "D")]),
    ],
)
def test_small_sections_under_one_heading_stay_together_and_know_their_path(
    size: int, expected: list[tuple[str, str | None]]
) -> None:
    made = rows(SECTIONS, method="heading", size=size, headings="path")
    assert [(row["text"], row["path"]) for row in made] == expected


def test_a_heading_with_nothing_under_it_stays_with_the_next_and_large_sections_are_cut_further() -> None:
    text = "# Top\n\n## Sub\n\none two three. four five six.\n\n## Other\n\nx"
    made = rows(text, method="heading", size=5, headings="path")
    assert [(row["text"], row["path"]) for row in made] == [
        ("# Top\n\n## Sub\n\none two three.", "Top > Sub"),
        ("four five six.", "Top > Sub"),
        ("## Other\n\nx", "Top > Other"),
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("# A #\n\nx", "A"),
        ("#hashtag\n\nx", None),
        ("A title\n=====\n\nx", "A title"),
        ("Two\nlines\n---\n\nx", None),
        ("```\n# no\n```\nx", None),
        ("---\ntitle: x\n---\n\nx", None),
        ("## A\n\n# B\n\n### C\n\nx", "B > C"),
    ],
)
def test_headings_are_those_of_markdown(text: str, path: str | None) -> None:
    assert rows(text, headings="path", size=99)[-1]["path"] == path


@every_method
def test_a_table_that_is_cut_has_its_head_again_where_there_is_room(method: str) -> None:
    head = "| name | age |\n|---|---|"
    made = chunks(f"Before it.\n\n{TABLE}", method=method, size=8, unit="words")
    assert len(made) > 1
    for chunk in made:
        if any(f"| {name}" in chunk for name in ("Ann", "Bob", "Cid")):
            assert head in chunk
        assert len(TextView(chunk).words) <= 8
    tight = chunks(TABLE, method=method, size=4, unit="words")
    assert tight == [head, "| Ann B | 31 |", "| Bob C | 42 |", "| Cid D | 53 |"]


@every_method
def test_code_that_alone_is_too_large_is_a_chunk_of_its_own(method: str) -> None:
    made = chunks(f"Before.\n\n{CODE}\n\nAfter.", method=method, size=3, unit="words")
    assert made == ["Before.", CODE, "After."]


def test_a_fence_that_is_never_closed_and_indented_prose_are_no_code() -> None:
    assert max(len(TextView(one).words) for one in chunks("```\n" + "a b c\n" * 9, size=3)) <= 3
    assert max(len(TextView(one).words) for one in chunks("    It was a dark night.\n    And so on.", size=3)) <= 3


def test_sentences_are_parted_where_what_they_are_about_changes() -> None:
    cats = "The cat sleeps. A kitten purrs. Cats eat fish. The cat plays."
    money = "The bank raised its rates. Inflation hurts savings. Bonds fell. Stocks and bonds lost value."
    made = chunks(f"{cats} {money}", method="semantic", size=20)
    assert made == [cats, money]
    assert ChunkText(method="semantic").needs == ("embedder",)
    assert ChunkText().needs == ()


def test_tokens_are_those_of_the_tokenizer_or_four_bytes_each(tmp_path: Any) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    operator = ChunkText(method="token", size=2, tokenizer="words")
    made = apply_rows(operator, [{"text": "internationalization b c d"}], Context(resources={"words": str(path)}))
    assert [row["text"] for row in made] == ["internationalization b", "c d"]
    assert chunks("ééé abc", unit="tokens", size=2) == ["ééé", "abc"]
    with pytest.raises(ValueError, match="set unit to tokens"):
        ChunkText(tokenizer="words")


@pytest.mark.parametrize(
    ("page_count", "pages"),
    [(3, [1, 2, 3]), (2, [None] * 3), (None, [None] * 3), ("3", [None] * 3), (True, [None] * 3)],
)
def test_a_page_is_told_only_if_the_text_has_as_many_as_the_column_says(page_count: Any, pages: list[Any]) -> None:
    made = rows("one two\fgoes on\n\f\nthree", {"page_count": page_count}, size=2, page="page")
    assert [row["text"] for row in made] == ["one two", "goes on", "three"]
    assert [row["page"] for row in made] == pages


def test_a_page_break_inside_a_paragraph_is_a_space_and_any_other_a_line_end() -> None:
    assert chunks("it goes\fon.\n\fNext") == ["it goes on.\n\nNext"]
    assert "page_count" in ChunkText(page="p").reads()
    assert "page_count" not in ChunkText().reads()


@every_method
@pytest.mark.parametrize(
    "piece", ["a ", "a. ", "a", "# a\n", "| a |\n", "```x\n", "    a = {\n\n", "你", "\f", "\n", "a\n---\n"]
)
def test_the_time_of_every_method_grows_with_the_length_and_not_with_its_square(method: str, piece: str) -> None:
    text = "x" + piece * (20_000 // len(piece))
    started = time.process_time()
    rows(text, method=method, unit="words", size=100, overlap=10, headings="path")
    assert time.process_time() - started < 2
