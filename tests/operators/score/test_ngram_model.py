"""The character model: interpolated Kneser-Ney as the book has it, and a distribution over what may come next."""

import math
from collections import Counter, defaultdict
from itertools import pairwise

import polars as pl
import pytest
from dataflow_agent.operators.score._ngram_model import CharacterModel
from hypothesis import given
from hypothesis import strategies as st

REFERENCE = ["the cat sat on the mat", "a cat and a dog", "the dog sat"]
ORDER = 6
PAD = "\0"


class PlainModel:
    """The same by the textbook: recursion over dictionaries of strings."""

    def __init__(self, texts: list[str]) -> None:
        grams = [Counter[str]() for _ in range(ORDER + 1)]
        for text in texts:
            padded = PAD * (ORDER - 1) + text
            for end in range(ORDER, len(padded) + 1):
                for length in range(1, ORDER + 1):
                    grams[length][padded[end - length : end]] += 1
        counts = [Counter(gram[1:] for gram in longer) for longer in grams[1:]]
        self.counts = [Counter[str](), *counts[1:], grams[ORDER]]
        self.alphabet = len({character for text in texts for character in text}) + 1
        self.totals: list[dict[str, float]] = [defaultdict(float) for _ in range(ORDER + 1)]
        self.types: list[dict[str, int]] = [defaultdict(int) for _ in range(ORDER + 1)]
        self.discounts = [0.0]
        for length in range(1, ORDER + 1):
            for gram, count in self.counts[length].items():
                self.totals[length][gram[:-1]] += count
                self.types[length][gram[:-1]] += 1
            once, twice = (sum(count == n for count in self.counts[length].values()) for n in (1, 2))
            self.discounts.append(once / (once + 2 * twice) if once and twice else 0.5)

    def probability(self, context: str, character: str, length: int = ORDER) -> float:
        if length == 0:
            return 1 / self.alphabet
        context = context[len(context) - (length - 1) :]
        lower = self.probability(context, character, length - 1)
        if context not in self.totals[length]:
            return lower
        total, discount = self.totals[length][context], self.discounts[length]
        own = max(self.counts[length][context + character] - discount, 0)
        return own / total + discount * self.types[length][context] / total * lower

    def perplexity(self, text: str) -> float:
        padded = PAD * (ORDER - 1) + text
        losses = [-math.log(self.probability(padded[:n], padded[n])) for n in range(ORDER - 1, len(padded))]
        return math.exp(sum(losses) / len(losses))


PLAIN = PlainModel(REFERENCE)
MODEL = CharacterModel([pl.Series(REFERENCE)], 1000)


@given(st.lists(st.text("theca dosn?", min_size=1, max_size=20).map(str.strip).filter(bool), min_size=1, max_size=5))
def test_perplexities_are_those_of_the_textbook_whatever_stands_beside(texts: list[str]) -> None:
    texts = [" ".join(text.split()) for text in texts]
    expected = [PLAIN.perplexity(text) for text in texts]
    assert MODEL.perplexities(pl.Series(texts)).to_list() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("context", ["", "t", "the c", "zebra", "d"])
def test_the_chances_of_all_that_may_come_next_add_up_to_one(context: str) -> None:
    # "?" stands for all characters that the reference does not have. A perplexity is exp of a mean, so the loss of the
    # last character is the difference of two sums.
    after = [character for character in sorted({*"".join(REFERENCE), "?"}) if character != " "]
    grown = MODEL.perplexities(pl.Series([context + character for character in after]))
    before = len(context) * math.log(MODEL.perplexities(pl.Series([context]))[0]) if context else 0.0
    chances = [math.exp(before - (len(context) + 1) * math.log(one)) for one in grown]
    # White space at an end is left out of a text, so the chance of a space is the textbook's.
    assert sum(chances) + PLAIN.probability(PAD * 5 + context, " ") == pytest.approx(1)


def test_case_digits_and_white_space_make_no_difference() -> None:
    model = CharacterModel([pl.Series(["In 1999 the Cat sat."])], 1000)
    same = pl.Series(["in 2024 the cat sat.", "IN  0000\n\nTHE\tCAT SAT. ", "In ١٩٩٩ the cat sat."])
    assert len(set(model.perplexities(same).to_list())) == 1


def test_a_decomposed_letter_is_the_composed_one() -> None:
    model = CharacterModel([pl.Series(["café"])], 1000)
    composed, decomposed = model.perplexities(pl.Series(["caf\u00e9", "cafe\u0301"])).to_list()
    assert composed == decomposed


def test_what_has_no_characters_has_no_perplexity() -> None:
    found = MODEL.perplexities(pl.Series(["", None, " \n\t", "\0", "a"]))
    assert [value is None for value in found] == [True, True, True, True, False]
    assert MODEL.perplexities(pl.Series([], dtype=pl.String)).to_list() == []


def test_unknown_characters_are_unlikely_and_never_impossible() -> None:
    known, unknown = MODEL.perplexities(pl.Series(["the cat", "你好😀"])).to_list()
    assert known < unknown < math.inf


def test_an_alphabet_too_large_for_six_characters_in_64_bits_still_tells_order() -> None:
    letters = "".join(map(chr, range(0x4E00, 0x4E00 + 5000)))
    model = CharacterModel([pl.Series([letters])], 10_000)
    forward, backward = model.perplexities(pl.Series([letters[100:200], letters[100:200][::-1]])).to_list()
    assert forward < backward


def test_only_so_much_of_the_reference_is_read() -> None:
    texts = pl.Series(["ab" * 50, "zz" * 50])
    short = CharacterModel([texts], 50)
    both = CharacterModel([texts], 10_000)
    assert short.perplexities(pl.Series(["zz"]))[0] > 10 * both.perplexities(pl.Series(["zz"]))[0]


def test_a_reference_without_text_is_refused() -> None:
    for texts in ([], [pl.Series(["", None, " "])]):
        with pytest.raises(ValueError, match="no text to learn from"):
            CharacterModel(texts, 1000)


@given(st.integers(1, 5))
def test_a_text_that_was_read_more_often_surprises_less(times: int) -> None:
    models = [CharacterModel([pl.Series(["some other words"] + ["quartz"] * n)], 1000) for n in (times, times + 3)]
    seen = [model.perplexities(pl.Series(["quartz"]))[0] for model in models]
    assert all(left > right for left, right in pairwise(seen))
