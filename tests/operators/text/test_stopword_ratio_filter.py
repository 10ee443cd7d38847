"""stopword_ratio_filter: which words count, in which language, and where its two limits lie."""

from typing import Any, get_args

import pytest
from dataflow_agent.operators.core import TextView
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text._stopwords import STOPWORDS, Language
from dataflow_agent.operators.text.stopword_ratio_filter import StopwordRatioFilter

SENTENCES: dict[Language, str] = {
    "de": "Der Hund, den wir gestern am Fluss gesehen haben, ist nicht mehr da, und niemand weiß, wo er jetzt ist.",
    "en": "The dog that we saw by the river yesterday is not there any more, and no one knows where it is now.",
    "es": "El perro que vimos ayer junto al río ya no está, y nadie sabe dónde está ahora ni por qué se fue.",
    "fr": "Le chien que nous avons vu hier au bord de la rivière n'est plus là, et personne ne sait où il est.",
    "it": "Il cane che abbiamo visto ieri vicino al fiume non c'è più, e nessuno sa dove sia né perché.",
    "nl": "De hond die wij gisteren bij de rivier zagen is er niet meer, en niemand weet waar hij nu is.",
    "pt": "O cão que vimos ontem junto ao rio já não está lá, e ninguém sabe onde ele está agora.",
}


def kept(texts: list[str], **options: Any) -> list[str]:
    return [row["text"] for row in apply_rows(StopwordRatioFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, **options: Any) -> tuple[float, int]:
    records = apply_outcome(StopwordRatioFilter(**options), batch_of([{"text": text}])).records
    assert records is not None
    return float(records["stopword_ratio"][0]), int(records["stopwords"][0])


@pytest.mark.parametrize(("others", "stays"), [(26, True), (27, False), (28, False)])
def test_by_default_more_than_a_tenth_must_be_stopwords(others: int, stays: bool) -> None:
    assert bool(kept(["the of and " + "word " * others])) is stays


@pytest.mark.parametrize(("text", "stays"), [("the the", False), ("the the the", True)])
def test_by_default_three_stopwords_are_needed(text: str, stays: bool) -> None:
    assert bool(kept([text])) is stays


def test_each_limit_alone_can_drop_a_text() -> None:
    many_of_many = "the of and in " + "word " * 96
    assert kept([many_of_many, "the cat"], min_ratio=None) == [many_of_many]
    assert kept([many_of_many, "the cat"], min_stopwords=None) == ["the cat"]
    assert kept(["", "word"], min_ratio=None, min_stopwords=None) == ["", "word"]


@pytest.mark.parametrize(
    ("text", "unicode", "whitespace"),
    [
        ("", (0, 0), (0, 0)),
        ("The, AND!", (1, 2), (0, 0)),
        ("Don’t you? I can't.", (1, 4), (1 / 2, 2)),
        ("the 你好", (1 / 3, 1), (1 / 2, 1)),
        ("thé", (0, 0), (0, 0)),
        ("the\u0301", (0, 0), (0, 0)),
    ],
)
def test_stopwords_are_whole_words_in_any_case(text: str, unicode: tuple[float, int], whitespace: Any) -> None:
    assert measured(text) == pytest.approx(unicode)
    assert measured(text, words="whitespace") == pytest.approx(whitespace)


@pytest.mark.parametrize("language", get_args(Language))
def test_prose_has_most_stopwords_of_its_own_language(language: Language) -> None:
    shares = {other: measured(SENTENCES[language], language=other)[0] for other in get_args(Language)}
    assert max(shares, key=lambda other: shares[other]) == language
    assert shares[language] > 0.4
    assert kept([SENTENCES[language]], language=language) == [SENTENCES[language]]


@pytest.mark.parametrize("language", get_args(Language))
def test_the_lists_hold_words_in_lower_case_that_the_text_is_cut_into(language: Language) -> None:
    assert all(word == word.lower() and TextView(word).words == [word] for word in STOPWORDS[language])
