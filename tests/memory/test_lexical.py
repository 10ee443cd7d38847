import numpy as np
import pytest
from dataflow_agent.memory._lexical import NUMBER, LexicalIndex, terms
from hypothesis import given
from hypothesis import strategies as st

WORDS = st.sampled_from(["keep", "drop", "row", "text", "html", "tag", "link", "sql", "code", "chunk"])
DOCUMENTS = st.lists(st.lists(WORDS, min_size=1, max_size=6), min_size=1, max_size=6)


def index_of(*texts: str) -> LexicalIndex:
    documents = [dict.fromkeys(terms(text), 1.0) for text in texts]
    return LexicalIndex(documents, [[terms(text)] for text in texts])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("duplicate", "duplicates"),
        ("remove", "removing"),
        ("drop", "dropped"),
        ("deduplicate", "deduplication"),
        ("box", "boxes"),
        ("entry", "entries"),
        ("fill", "filling"),
        ("class", "classes"),
        ("score", "scoring"),
        ("Texts", "text"),
    ],
)
def test_forms_of_a_word_are_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(("one", "other"), [("string", "str"), ("need", "nee"), ("status", "statu"), ("bed", "b")])
def test_endings_that_belong_to_the_word_stay(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_every_number_is_the_same_term_and_apart_from_its_unit() -> None:
    assert terms("50 words") == terms("1,000 words") == terms("0.5words")
    assert terms("50")[0] == NUMBER


def test_words_that_say_nothing_are_left_out_but_negations_stay() -> None:
    assert terms("please could you") == []
    assert terms("not without") == ["not", "without"]


def test_scripts_without_spaces_give_one_term_a_character() -> None:
    assert terms("删除重复") == ["删", "除", "重", "复"]


def test_a_rare_word_weighs_more_than_a_frequent_one() -> None:
    index = index_of("drop texts html", "drop texts sql", "drop texts code", "drop texts link")
    assert np.argmax(index.bm25(terms("drop texts sql"))) == 1
    scores = index_of("drop html", "drop drop", "drop code").bm25(terms("drop html"))
    assert scores[0] > scores[1]


def test_a_request_about_something_else_stays_low_though_it_shares_a_word() -> None:
    index = index_of("drop html tags", "cut texts")
    assert index.bm25(terms("drop html tags"))[0] > 2 * index.bm25(terms("drop my kids at the school by the lake"))[0]


def test_a_phrase_said_as_it_is_scores_one_and_a_part_of_it_less() -> None:
    index = index_of("keep english documents", "drop near duplicates")
    assert index.phrase(terms("keep the English documents")) == pytest.approx([1.0, 0.0])
    assert 0 < index.phrase(terms("english"))[0] < 1


def test_the_nearest_phrase_of_an_entry_counts() -> None:
    index = LexicalIndex([{"html": 1.0, "link": 1.0}], [[terms("strip html"), terms("kill links")]])
    assert index.phrase(terms("kill links"))[0] == pytest.approx(1.0)


def test_an_index_of_nothing_and_a_query_of_nothing_score_nothing() -> None:
    assert LexicalIndex([], []).bm25(["x"]).tolist() == []
    assert LexicalIndex([], []).phrase(["x"]).tolist() == []
    assert LexicalIndex([{}], [[]]).bm25(["x"]).tolist() == [0.0]
    assert index_of("drop html").bm25([]).tolist() == [0.0]
    assert index_of("drop html").phrase([]).tolist() == [0.0]


@given(DOCUMENTS, st.lists(WORDS, max_size=8))
def test_scores_lie_between_nothing_and_all_and_ignore_the_order_of_words(
    documents: list[list[str]], query: list[str]
) -> None:
    index = index_of(*(" ".join(words) for words in documents))
    asked = terms(" ".join(query))
    for score in (index.bm25, index.phrase):
        found = score(asked)
        assert ((found >= 0) & (found <= 1)).all()
        assert found.tolist() == score(asked[::-1]).tolist()
        for row, words in enumerate(documents):
            assert (found[row] > 0) == bool(set(words) & set(query))
