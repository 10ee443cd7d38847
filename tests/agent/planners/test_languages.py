"""Languages by name and by code, alone and in lists."""

import pytest
from dataflow_agent.agent.planners.languages import find_languages
from dataflow_agent.agent.planners.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "codes", "foreign"),
    [
        ("keep English", ("en",), False),
        ("English and German", ("en", "de"), False),
        ("English, German, and Dutch documents", ("en", "de", "nl"), False),
        ("non-English pages", ("en",), True),
        ("Mandarin or Farsi", ("zh", "fa"), False),
        ("Haitian Creole", ("ht",), False),
        ("Polish texts", ("pl",), False),
        ("language is en", ("en",), False),
        ("languages: en, de, it, no", ("en", "de", "it", "no"), False),
        ("en or de language only", ("en", "de"), False),
        ("language code IS", ("is",), False),
    ],
)
def test_languages_are_found(text: str, codes: tuple[str, ...], foreign: bool) -> None:
    (mention,) = find_languages(tokenize(text))
    assert (mention.codes, mention.foreign) == (codes, foreign)


@pytest.mark.parametrize(
    "text",
    [
        "polish the text",
        "is it so",
        "no URLs",
        "keep it as it is",
        "remove the language filter and no emojis",
        "de-duplicate",
    ],
)
def test_words_that_are_codes_by_chance_are_no_languages(text: str) -> None:
    assert find_languages(tokenize(text)) == []
