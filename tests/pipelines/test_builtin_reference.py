"""The reference pipeline: its rules give the verdicts that DataFlow's do, told again here from their description."""

import re
from collections.abc import Callable

import pytest
from dataflow_agent.operators.core import RowOperator
from dataflow_agent.operators.core.testing import apply_outcome, batch_of
from dataflow_agent.pipelines.builtin import builtin
from dataflow_agent.pipelines.validate import build
from hypothesis import given, settings
from hypothesis import strategies as st

REFERENCE = builtin("text_pretrain_filter_reference")
ENTITIES = "nbsp lt gt amp quot apos hellip ndash mdash lsquo rsquo ldquo rdquo".split()
BULLETS = tuple("\u2022\u2023\u25b6\u25c0\u25e6\u25a0\u25a1\u25aa\u25ab\u2013")


def words(text: str) -> list[str]:
    return text.split()


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def share(lines_that_do: list[bool]) -> float:
    return sum(lines_that_do) / len(lines_that_do)


def longest_run(text: str) -> int:
    return max(len(words(run)) for line in text.split("\n") for run in re.split("[–.!?,;•/|…]", line))


def mean_length(text: str) -> float:
    return round(sum(map(len, words(text))) / len(words(text)), 2)


RULES: dict[str, Callable[[str], bool]] = {
    "word_number": lambda t: 20 <= len(words(t)) < 100_000,
    "colon_end": lambda t: not t.endswith(":"),
    "sentence_number": lambda t: 3 <= len(re.findall(r"\b[^.!?\n]+[.!?]*", t)) <= 7500,
    "line_end_ellipsis": lambda t: share([one.rstrip().endswith(("...", "…")) for one in lines(t)]) < 0.3,
    "content_null": lambda t: bool(t.strip()),
    "mean_word_length": lambda t: 3 <= mean_length(t) < 10,
    "symbol_word_ratio": lambda t: (
        (t.count("#") + t.count("...") + t.count("…")) / len(re.findall(r"\w+|[^\w\s]+", t)) < 0.4
    ),
    "html_entity": lambda t: not any(f"{sign}{name}" in t for sign in "&＆" for name in ENTITIES),
    "no_punc": lambda t: longest_run(t) <= 112,
    "special_character": lambda t: (
        not re.search(r"u200e|&#247;|\? :|[\ufffd\u25a1]|\{/U\}|U\+26[0-F][0-D]|U\+273[34]", t)
        and not re.search(r"U\+1F[3-6][0-4][0-F]|U\+1F6[8-F][0-F]", t)
    ),
    "watermark": lambda t: not any(one in t for one in ("Copyright", "Watermark", "Confidential")),
    "curly_bracket": lambda t: (t.count("{") + t.count("}")) / len(t) < 0.025,
    "capital_words": lambda t: sum(map(str.isupper, words(t))) / len(words(t)) <= 0.2,
    "lorem_ipsum": lambda t: t.lower().count("lorem ipsum") / len(t) <= 3e-8,
    "unique_words": lambda t: len(set(words(t.lower()))) / len(words(t)) > 0.1,
    "char_number": lambda t: len(re.sub("[ \n\t]", "", t)) >= 100,
    "bullet_lines": lambda t: share([one.lstrip().startswith(BULLETS) for one in lines(t)]) <= 0.9,
    "javascript_lines": lambda t: len(lines(t)) <= 3 or sum("javascript" not in one.lower() for one in lines(t)) >= 3,
}
MADE_TO_DIFFER = {"emoji", "urls", "html_tags", "extra_spaces", "minhash", "blocklist"}
"""Steps whose difference from DataFlow's the documentation names."""

WORDS = (
    "word the Cat cats I A USA U.S. 3.14 it's don’t naïve ÉCOLE Ärger привет ПРИВЕТ 你好 … ... . , ; : ! ? ?! - – • · "
    "/ | ( ) { } {} # ## #tag ... & &amp; &amp &times; &ltx ＆lt; &#247; u200e {/U} U+1F600 U+2600 U+273A \ufffd □ ▪ "
    "Copyright copyright Watermark confidential Confidential lorem Lorem ipsum javascript JavaScript internationally "
    "a_b x-y 1,000 §5 © ™ ½ ² _ __ <b> don't. end."
)
PIECES = [*WORDS.split(), "lorem ipsum", "Lorem Ipsum", "why ? : so"]
pieces = st.lists(st.sampled_from(PIECES), min_size=1, max_size=40)
repeated = st.tuples(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4), st.integers(1, 130)).map(
    lambda both: both[0] * both[1]
)
one_line = st.builds(lambda some, glue: glue.join(some), st.one_of(pieces, repeated), st.sampled_from([" ", " ", ""]))


def kept(step_id: str, texts: list[str]) -> list[bool]:
    operator, _ = build(REFERENCE.step(step_id))
    assert isinstance(operator, RowOperator)
    rows = [{"text": text, "at": at} for at, text in enumerate(texts)]
    there = {row["at"] for row in apply_outcome(operator, batch_of(rows)).rows.rows()}
    return [at in there for at in range(len(texts))]


def test_every_rule_is_told_again_here_or_named_as_different() -> None:
    assert {step.id for step in REFERENCE.steps} == RULES.keys() | MADE_TO_DIFFER


@pytest.mark.parametrize("step_id", RULES)
@settings(max_examples=25)
@given(texts=st.lists(one_line, min_size=1, max_size=20))
def test_a_rule_gives_dataflows_verdict_on_texts_of_one_line(step_id: str, texts: list[str]) -> None:
    assert kept(step_id, texts) == [RULES[step_id](text) for text in texts]


@pytest.mark.parametrize(
    ("step_id", "inside", "outside"),
    [
        ("word_number", "w " * 20, "w " * 19),
        ("word_number", "w " * 99_999, "w " * 100_000),
        ("sentence_number", "a. b. c", "a. b"),
        ("mean_word_length", "abc", "ab ab abc abc " * 9 + "ab"),
        ("mean_word_length", "abcdefghi " * 9 + "abcdefghij", "abcdefghij"),
        ("symbol_word_ratio", "# a b", "## a b c"),
        ("no_punc", "w " * 112, "w " * 113),
        ("curly_bracket", "{" + 40 * "x", "{" + 39 * "x"),
        ("capital_words", "I w w w w", "I w w w"),
        ("unique_words", "w " * 9, "w " * 10),
        ("char_number", "w " * 100, "w " * 99),
    ],
)
def test_the_limits_are_dataflows_to_the_last_one(step_id: str, inside: str, outside: str) -> None:
    assert kept(step_id, [inside, outside]) == [RULES[step_id](text) for text in (inside, outside)] == [True, False]


def test_the_order_is_dataflows() -> None:
    assert [step.id for step in REFERENCE.steps] == [
        *("emoji", "urls", "html_tags", "extra_spaces", "minhash", "blocklist", "word_number", "colon_end"),
        *("sentence_number", "line_end_ellipsis", "content_null", "mean_word_length", "symbol_word_ratio"),
        *("html_entity", "no_punc", "special_character", "watermark", "curly_bracket", "capital_words"),
        *("lorem_ipsum", "unique_words", "char_number", "bullet_lines", "javascript_lines"),
    ]
