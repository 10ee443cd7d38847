"""chunk_text: chunks cover the text in order, none is too large, and cuts are made at the strongest borders."""

import time
from itertools import pairwise
from typing import Any

import pytest
from dataflow_agent.operators.core import RowError, TextView
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.knowledge._ruler import is_combined
from dataflow_agent.operators.knowledge.chunk_text import ChunkText
from hypothesis import given
from hypothesis import strategies as st

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAGS = "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7"

TEXTS = st.text(alphabet="ab. ,(\"'!?\n\r\t\u3000\u0301\u200d你。」ก\u0e33\U0001f469\U0001f1e9\ufe0f", max_size=60)
UNITS = st.sampled_from(["words", "chars"])


def chunks(text: str, **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(ChunkText(**options), [{"text": text}])]


def length(text: str, unit: str) -> int:
    return len(TextView(text).words) if unit == "words" else len(text)


def dense(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("One two.\n\nThree four.", 4, ["One two.\n\nThree four."]),
        ("One two.\n\nThree four.", 3, ["One two.", "Three four."]),
        ("One.\n\nTwo three. Four five.\nSix.", 5, ["One.", "Two three. Four five.\nSix."]),
        ("One two. Three\nfour five six.", 4, ["One two. Three", "four five six."]),
        ("One two. Three four five.", 4, ["One two.", "Three four five."]),
        ("one two three four five", 2, ["one two", "three four", "five"]),
        ("A title\n\nIts text is too long. So it is cut.", 8, ["A title\n\nIts text is too long.", "So it is cut."]),
        ("one\r\n\r\ntwo\r\nthree", 2, ["one", "two\r\nthree"]),
        ("page one\x0cpage two", 3, ["page one page", "two"]),
    ],
)
def test_what_fits_stays_whole_and_cuts_are_made_at_the_strongest_border(
    text: str, size: int, expected: list[str]
) -> None:
    assert chunks(text, size=size) == expected


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("Dr. Smith came. He sat.", 15, ["Dr. Smith came.", "He sat."]),
        ("He met J. R. Smith. Then he left.", 20, ["He met J. R. Smith.", "Then he left."]),
        ('"Go!" he said. "No."', 14, ['"Go!" he said.', '"No."']),
        ("他走了。她来了！真的吗？", 8, ["他走了。她来了！", "真的吗？"]),
        ("他说：「走吧。」她来了。", 8, ["他说：「走吧。」", "她来了。"]),
        ("यह है। वह था।", 8, ["यह है।", "वह था।"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, size: int, expected: list[str]) -> None:
    assert chunks(text, size=size, unit="chars") == expected


@pytest.mark.parametrize(
    ("text", "size", "unit", "expected"),
    [
        ("abcdefgh ij", 3, "chars", ["abc", "def", "gh", "ij"]),
        ("你好世界再见", 4, "words", ["你好世界", "再见"]),
        ("你好世界再见", 4, "chars", ["你好世界", "再见"]),
        ("甲乙（丙丁）", 3, "chars", ["甲乙", "（丙", "丁）"]),
        ("ภาษาไทย", 4, "chars", ["ภาษา", "ไทย"]),
        ("https://example.org/a/b", 12, "chars", ["https://", "example.org/", "a/b"]),
    ],
)
def test_text_without_spaces_is_cut_between_words_and_long_words_between_characters(
    text: str, size: int, unit: str, expected: list[str]
) -> None:
    assert chunks(text, size=size, unit=unit) == expected


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("e\u0301" * 3, 3, ["e\u0301"] * 3),
        ("né" + "o\u0308\u0304" * 2, 4, ["né", "o\u0308\u0304", "o\u0308\u0304"]),
        (FAMILY * 2, 7, [FAMILY] * 2),
        (FLAGS, 3, [FLAGS[:2], FLAGS[2:]]),
        ("\u2764\ufe0f" * 2, 3, ["\u2764\ufe0f"] * 2),
        ("\U0001f44b\U0001f3fd" * 2, 3, ["\U0001f44b\U0001f3fd"] * 2),
        ("\u1112\u1161\u11ab" * 2, 4, ["\u1112\u1161\u11ab"] * 2),
        ("\u0915\u094d\u0937" * 2, 4, ["\u0915\u094d\u0937"] * 2),
        ("\u0e17\u0e33" * 2, 3, ["\u0e17\u0e33"] * 2),
        ("e\u0301\u0302\u0303", 2, ["e\u0301", "\u0302\u0303"]),
    ],
)
def test_what_is_shown_as_one_character_is_cut_only_when_it_alone_is_too_large(
    text: str, size: int, expected: list[str]
) -> None:
    assert chunks(text, size=size, unit="chars") == expected


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("a b c d e f g", {"size": 3, "overlap": 1}, ["a b c", "c d e", "e f g"]),
        ("aa bb cc dd", {"size": 5, "overlap": 2, "unit": "chars"}, ["aa bb", "cc dd"]),
        ("aa bb cc dd", {"size": 6, "overlap": 3, "unit": "chars"}, ["aa bb", "bb cc", "cc dd"]),
        ("甲乙丙丁", {"size": 2, "overlap": 1, "unit": "chars"}, ["甲乙", "乙丙", "丙丁"]),
        (
            "He did (so) once. Then he left.",
            {"size": 6, "overlap": 2},
            ["He did (so) once.", "(so) once. Then he left."],
        ),
    ],
)
def test_a_chunk_begins_with_whole_words_of_the_one_before(
    text: str, options: dict[str, Any], expected: list[str]
) -> None:
    assert chunks(text, **options) == expected


def test_long_texts_keep_their_layout() -> None:
    # The reference joins the tokens of long texts with spaces.
    text = "\n\n".join(f"# Title {n}\n\n- one\n  - two\n\ntext  with\tgaps" for n in range(300))
    made = chunks(text, size=50)
    assert len(made) > 10
    assert all(chunk in text for chunk in made)
    assert dense("".join(made)) == dense(text)


@pytest.mark.parametrize("text", ["", " \n\t\u3000\r\n"])
def test_a_text_without_anything_is_dropped_and_not_the_run(text: str) -> None:
    outcome = apply_outcome(ChunkText(), batch_of([{"text": text}, {"text": "kept"}]))
    assert outcome.records is not None
    assert outcome.records.rows() == [("0:1", "dropped", "no_children"), ("0:2", "expanded", None)]
    assert outcome.rows.frame.select("_row", "text").rows() == [("0:2.1", "kept")]


@pytest.mark.parametrize("row", [{"text": None}, {"id": 1}, {"text": 5}])
def test_a_row_without_a_text_fails(row: dict[str, Any]) -> None:
    with pytest.raises(RowError, match="no_value"):
        apply_rows(ChunkText(), [{"text": "some", "id": 2}, row])


def test_each_chunk_has_the_other_columns_of_its_row() -> None:
    rows = apply_rows(ChunkText(size=1, output="chunk"), [{"text": "a b", "id": 7}])
    assert rows == [{"text": "a b", "id": 7, "chunk": "a"}, {"text": "a b", "id": 7, "chunk": "b"}]


@pytest.mark.parametrize("overlap", [5, 6])
def test_an_overlap_that_leaves_no_room_is_refused(overlap: int) -> None:
    with pytest.raises(ValueError, match="set overlap to at most 4"):
        ChunkText(size=5, overlap=overlap)
    assert ChunkText(size=5, overlap=4).overlap == 4


@given(TEXTS, UNITS, st.integers(1, 12), st.data())
def test_no_chunk_is_empty_or_too_large_and_each_is_a_part_of_the_text(
    text: str, unit: str, size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(0, size - 1))
    at = 0
    for chunk in chunks(text, size=size, unit=unit, overlap=overlap):
        assert chunk == chunk.strip() != ""
        assert length(chunk, unit) <= size
        at = text.index(chunk, at)


@given(TEXTS, UNITS, st.integers(1, 12))
def test_without_overlap_the_chunks_are_the_text_up_to_white_space_at_borders(text: str, unit: str, size: int) -> None:
    rest = text.lstrip()
    for chunk in chunks(text, size=size, unit=unit):
        assert rest.startswith(chunk)
        rest = rest.removeprefix(chunk).lstrip()
    assert rest == ""


@given(
    st.lists(st.sampled_from([" ", ". ", "\n\n", ", ", " (", ") "]), max_size=30), UNITS, st.integers(9, 30), st.data()
)
def test_an_overlap_is_at_most_what_was_asked_and_begins_with_a_word(
    gaps: list[str], unit: str, size: int, data: st.DataObject
) -> None:
    overlap = data.draw(st.integers(1, size - 1))
    text = "".join(f"w{n}{gap}" for n, gap in enumerate(gaps)).strip()
    ends = 0
    for chunk in chunks(text, size=size, unit=unit, overlap=overlap):
        start = text.index(chunk, max(0, ends - len(chunk) + 1))  # a lone bracket stands in earlier chunks too
        assert length(text[start:ends], unit) <= overlap
        assert not text[ends:start].strip()
        if start < ends:
            assert chunk[0] in "(w"
        ends = start + len(chunk)
    assert ends == len(text)


@given(TEXTS, UNITS, st.integers(1, 12))
def test_two_neighbours_would_not_fit_together(text: str, unit: str, size: int) -> None:
    made = chunks(text, size=size, unit=unit)
    at = 0
    for before, after in pairwise(made):
        start = text.index(before, at)
        at = text.index(after, start + len(before))
        assert length(text[start : at + len(after)], unit) > size


@given(TEXTS, st.integers(1, 12))
def test_a_cut_inside_what_is_shown_as_one_only_follows_from_its_size(text: str, size: int) -> None:
    at = 0
    made = chunks(text, size=size, unit="chars")
    for chunk in made[:-1]:
        at = text.index(chunk, at) + len(chunk)
        if is_combined(text, at):
            first = at
            while is_combined(text, first):
                first -= 1
            last = at
            while is_combined(text, last):
                last += 1
            assert last - first > size


@pytest.mark.parametrize(
    "piece", ["a", "a ", "a. ", "\n", " ", "\n ", "你", "\u0301", "\U0001f1e9", '."', "(", "a\u200d", "a\n\n", "。"]
)
@pytest.mark.parametrize("options", [{"size": 100}, {"size": 100, "unit": "chars", "overlap": 20}])
def test_the_time_grows_with_the_length_and_not_with_its_square(piece: str, options: dict[str, Any]) -> None:
    started = time.process_time()
    chunks("x" + piece * 50_000 + "x", **options)
    assert time.process_time() - started < 3
