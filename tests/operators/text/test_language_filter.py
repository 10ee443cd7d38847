"""language_filter: languages are told apart, uncertain texts are not guessed, and the limit is kept."""

from typing import Any

import numpy as np
import pytest
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text._languages import LANGUAGES, MEMBERS, language_model
from dataflow_agent.operators.text.language_filter import LanguageFilter
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = {
    "en": "The committee met in the morning and agreed on a plan for the next three years.",
    "de": "Der Ausschuss trat am Morgen zusammen und einigte sich auf einen Plan für die nächsten Jahre.",
    "fr": "Le comité s'est réuni dans la matinée et s'est mis d'accord sur un plan pour les prochaines années.",
    "es": "El comité se reunió por la mañana y acordó un plan para los próximos tres años.",
    "it": "Il comitato si è riunito in mattinata e ha concordato un piano per i prossimi tre anni.",
    "nl": "De commissie kwam in de ochtend bijeen en werd het eens over een plan voor de komende jaren.",
    "pl": "Komitet zebrał się rano i uzgodnił plan na najbliższe trzy lata.",
    "ru": "Комитет собрался утром и согласовал план на ближайшие три года.",
    "uk": "Комітет зібрався вранці та узгодив план на найближчі три роки.",
    "el": "Η επιτροπή συνεδρίασε το πρωί και συμφώνησε σε ένα σχέδιο για τα επόμενα τρία χρόνια.",
    "tr": "Komite sabah toplandı ve önümüzdeki üç yıl için bir plan üzerinde anlaştı.",
    "ar": "اجتمعت اللجنة في الصباح واتفقت على خطة للسنوات الثلاث المقبلة.",
    "he": "הוועדה התכנסה בבוקר והסכימה על תוכנית לשלוש השנים הבאות.",
    "fa": "کمیته صبح تشکیل جلسه داد و درباره برنامه سه سال آینده به توافق رسید.",
    "hi": "समिति सुबह मिली और अगले तीन वर्षों के लिए एक योजना पर सहमत हुई।",
    "zh": "委员会上午开会,就未来三年的计划达成了一致意见。",
    "ja": "委員会は午前中に会合を開き、今後三年間の計画に合意した。",
    "ko": "위원회는 오전에 회의를 열고 향후 삼 년간의 계획에 합의했다.",
    "th": "คณะกรรมการประชุมกันในตอนเช้าและเห็นชอบกับแผนสำหรับสามปีข้างหน้า",
}
CODE = '''
def mean(values):
    """Return the arithmetic mean of the values; an empty list has none."""
    if not values:
        raise ValueError("no values")  # the caller decides what an empty list means
    return sum(values) / len(values)
'''


def kept(texts: list[Any], **options: Any) -> list[Any]:
    return [row["text"] for row in apply_rows(LanguageFilter(**options), [{"text": text} for text in texts])]


def measured(text: str, *languages: str) -> tuple[str, float]:
    records = apply_outcome(LanguageFilter(languages=languages), batch_of([{"text": text}])).records
    assert records is not None
    return records["language"][0], records["probability"][0]


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_is_recognised(language: str) -> None:
    found, probability = measured(TEXTS[language], language)
    assert found == language
    assert probability > 0.5
    assert kept(list(TEXTS.values()), languages=[language], min_probability=0.5) == [TEXTS[language]]


@pytest.mark.parametrize("languages", [("en",), ("de", "zh"), tuple(TEXTS)])
def test_exclude_drops_exactly_what_would_be_kept(languages: tuple[str, ...]) -> None:
    texts = list(TEXTS.values())
    inside = kept(texts, languages=languages)
    assert inside == [TEXTS[language] for language in TEXTS if language in languages]
    assert kept(texts, languages=languages, exclude=True) == [text for text in texts if text not in inside]


def test_the_limit_itself_is_inside() -> None:
    _, probability = measured("hello there", "en")
    assert kept(["hello there"], min_probability=probability) == ["hello there"]
    assert kept(["hello there"], min_probability=float(np.nextafter(probability, 1))) == []
    assert kept(["hello there"], min_probability=probability, exclude=True) == []


def test_english_with_code_and_names_in_it_stays_english() -> None:
    prose = "To compute the mean of a list, define the function below and call it with your values."
    foreign = "The German word Fernweh and the French déjà vu have no single English word that means the same."
    for text in (prose + CODE, CODE, foreign, prose.upper(), f"<p class='x'>{prose}</p>"):
        assert kept([text]) == [text]


@pytest.mark.parametrize("text", ["", " ", "12 34 56 78", "x", "== -- ++ ##", "\N{GRINNING FACE}" * 5])
def test_what_is_no_language_has_a_low_probability_for_each(text: str) -> None:
    assert all(measured(text, language)[1] < 0.1 for language in ("en", "de", "zh"))
    assert kept([text]) == []
    assert kept([text], exclude=True) == [text]


def test_the_start_the_middle_and_the_end_of_a_long_text_are_read() -> None:
    german = TEXTS["de"] * 200
    english_middle = TEXTS["de"] * 100 + TEXTS["en"] * 30 + TEXTS["de"] * 100
    assert measured(german, "en")[1] < measured(english_middle, "en")[1]
    assert measured(TEXTS["en"] * 1000, "en")[1] > 0.9


def test_variants_of_a_language_count_as_the_language() -> None:
    assert set(MEMBERS.values()) <= set(LANGUAGES)
    assert not set(MEMBERS) & set(language_model().codes)


def test_the_codes_are_those_of_the_model() -> None:
    assert {code for code in language_model().codes if len(code) == 2} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("english", "'en' \\(English\\)"),
        ("EN", "'en'"),
        ("en-US", "'en'"),
        ("Germn", "'de'"),
        ("xx", "known are"),
        ("", "known are"),
    ],
)
def test_an_unknown_language_is_refused_with_the_nearest_code(wrong: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        LanguageFilter(languages=(wrong,))


def test_at_least_one_language_is_needed_and_repeats_do_not_count() -> None:
    with pytest.raises(ValueError, match="at least one"):
        LanguageFilter(languages=())
    assert LanguageFilter(languages=("de", "en", "de")).languages == ("de", "en")


def test_probabilities_are_those_of_py3langid() -> None:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model, theirs = language_model(), LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    texts = ["", "a", "HELLO WORLD", CODE[:400], *TEXTS.values()]
    for text, ours in zip(texts, model.probabilities(texts), strict=True):
        expected = np.zeros(len(model.codes))
        for label, score in theirs.rank(text):
            expected[model.codes.index(MEMBERS.get(label, label))] += score
        assert np.abs(ours - expected).max() < 1e-4


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from([*TEXTS.values(), "", "x", CODE]), min_size=1, max_size=6), st.integers(0, 6))
def test_a_text_is_judged_alike_whatever_stands_beside_it(texts: list[str], at: int) -> None:
    model = language_model()
    together = model.probabilities(texts)
    apart = np.concatenate([model.probabilities(texts[:at]), model.probabilities(texts[at:])])
    assert np.array_equal(together, apart)
    assert np.abs(together.sum(axis=1) - 1).max() < 1e-9
