"""Answers checked against their source: what is kept, which check drops the rest, and the sentence that is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, DataFlowError
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.knowledge._grounding import ground
from dataflow_agent.operators.knowledge._grounding_numbers import numbers_in
from dataflow_agent.operators.knowledge._grounding_source import Source
from dataflow_agent.operators.knowledge.grounded_answer_filter import GroundedAnswerFilter
from hypothesis import given
from hypothesis import strategies as st

Tell = Callable[..., Any]
BRIDGE = (
    "The Alder Bridge opened on 14 June 1932 and spans 503 metres. It was not painted until 1950. "
    "Roughly 160,000 vehicles cross it every day. The toll rose to two dollars before the war."
)
FINAL = "Brazil beat Italy in the final. Anna Roth trained the winners."


def checked(answer: str, source: str = BRIDGE, question: str | None = None) -> str:
    """The failed check of an answer, or whether it is kept."""
    row = {"text": source, "answer": answer, "question": question}
    operator = GroundedAnswerFilter(question="question" if question else None)
    records = apply_outcome(operator, batch_of([row])).records
    assert records is not None
    return records["reason"][0] or records["fate"][0]


@pytest.mark.parametrize(
    "answer",
    [
        "The Alder Bridge opened on 14 June 1932.",
        "It opened on June 14, 1932.",
        "The bridge opened in 1932 and is 503 m long.",
        "About 160000 vehicles cross the bridge each day.",
        "Before the war, the toll rose to $2.",
        "According to the text, the bridge opened in 1932.",
        "1. The bridge opened in 1932.\n2. It spans 503 metres.",
    ],
)
def test_what_the_source_says_is_kept_in_other_spelling_and_order(answer: str) -> None:
    assert checked(answer) == "kept"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("The bridge spans 530 metres.", "number_mismatch"),
        ("The bridge spans 503 kilometres.", "number_mismatch"),
        ("Roughly 160 million vehicles cross it every day.", "number_mismatch"),
        ("The bridge opened in 1923.", "number_mismatch"),
        ("The Alder Bridge opened on 14 July 1932.", "date_mismatch"),
        ("The toll rose to two euros before the war.", "number_mismatch"),
        ("The toll fell to two dollars before the war.", "opposite_mismatch"),
        ("The toll rose to two dollars after the war.", "opposite_mismatch"),
        ("Vehicles do not cross it every day.", "negation_mismatch"),
        ("The Alder Bridge was opened by Queen Mary.", "name_mismatch"),
        ("Pelicans nest under cold stone arches.", "unsupported"),
        ("The text does not say when it opened.", "refusal"),
        ("", "no_claim"),
        (" \n", "no_claim"),
        ("😀🎉", "no_claim"),
    ],
)
def test_each_kind_of_untruth_goes_with_its_reason(answer: str, reason: str) -> None:
    assert checked(answer) == reason


SWAPPED_NUMBERS = [
    ("Sales rose by 5% in 2019 and by 7% in 2020.", "Sales rose by 7% in 2019."),
    ("Oak Hall has 120 rooms and four lifts.", "Oak Hall has four rooms."),
    ("Lake Orr is 30 m deep, Lake Pell 45 m.", "Lake Orr is 45 m deep."),
    ("The trip takes twenty-one hours.", "The trip takes twelve hours."),
    ("The firm has 1,250 workers.", "The firm has 12,500 workers."),
    ("It costs 3.2 million euros.", "It costs 3.2 billion euros."),
    ("Der Turm ist 1.230 Meter hoch.", "Der Turm ist 1.320 Meter hoch."),
    ("这座桥长八百二十米。", "这座桥长280米。"),
]
NEGATIONS = [
    ("Penguins cannot fly.", "Penguins can fly."),
    ("The park does not allow dogs.", "The park allows dogs."),
    ("The museum opens on Mondays.", "The museum does not open on Mondays."),
    ("Nobody survived the winter.", "Everybody survived the winter."),
    ("Travel costs are not refunded.", "Travel costs are refunded."),
    ("The files no longer work.", "The files work."),
    ("They drink tea rather than coffee.", "They drink coffee."),
    ("Hunde sind im Park nicht erlaubt.", "Hunde sind im Park erlaubt."),
    ("公司没有上市。", "公司已经上市。"),
]


@pytest.mark.parametrize(("source", "answer"), SWAPPED_NUMBERS)
def test_a_swapped_number_is_caught_and_the_right_one_kept(source: str, answer: str) -> None:
    assert checked(answer, source) == "number_mismatch"
    assert checked(source, source) == "kept"


@pytest.mark.parametrize(("source", "answer"), NEGATIONS)
def test_a_negation_that_comes_or_goes_is_caught(source: str, answer: str) -> None:
    assert checked(answer, source) == "negation_mismatch"
    assert checked(source, source) == "kept"


@pytest.mark.parametrize(
    ("source", "true", "false"),
    [
        (FINAL, "Italy was beaten by Brazil.", "Italy beat Brazil in the final."),
        ("Phobos is larger than Deimos.", "Deimos is smaller than Phobos.", "Deimos is larger than Phobos."),
        ("The shop is closed on Sundays.", "The shop is not open on Sundays.", "The shop is open on Sundays."),
        ("Cats chase mice.", "Mice are chased by cats.", "Mice chase cats."),
        (
            "Males sit on the egg while females feed at sea.",
            "Males sit on the egg.",
            "Females sit on the egg while males feed at sea.",
        ),
    ],
)
def test_a_change_of_voice_or_view_is_no_contradiction_and_a_swap_is(source: str, true: str, false: str) -> None:
    assert checked(true, source) == "kept"
    assert checked(false, source) in ("role_mismatch", "opposite_mismatch")


@pytest.mark.parametrize(
    ("question", "true", "false"),
    [
        ("When did the Alder Bridge open?", "1932", "1950"),
        ("How many vehicles cross it every day?", "160,000", "503"),
        ("Was the bridge painted before 1950?", "No", "Yes"),
        ("Did the toll rise before the war?", "Yes.", "No."),
    ],
)
def test_a_short_answer_is_read_with_its_question(question: str, true: str, false: str) -> None:
    assert checked(true, question=question) == "kept"
    assert checked(false, question=question) != "kept"


def test_the_question_completes_a_name() -> None:
    assert checked("Brazil", FINAL, "Who beat Italy in the final?") == "kept"
    assert checked("Italy", FINAL, "Who beat Brazil in the final?") == "role_mismatch"
    assert checked("Brazil", FINAL, None) == "kept"


@pytest.mark.parametrize(("min_support", "kept"), [(0.75, True), (0.7501, False)])
def test_the_least_support_is_itself_kept(min_support: float, kept: bool) -> None:
    # Three of four words are in the source, each as rare as the other: a cover of 3/4.
    rows = [{"text": "Grey herons build nests.", "answer": "Grey herons build boats."}]
    assert bool(apply_rows(GroundedAnswerFilter(min_support=min_support), rows)) is kept


def test_no_limit_lets_a_contradiction_through() -> None:
    rows = [{"text": BRIDGE, "answer": "The bridge spans 530 metres."}]
    assert apply_rows(GroundedAnswerFilter(min_support=0), rows) == []


def test_one_unsupported_claim_is_enough() -> None:
    assert checked("The bridge opened in 1932. It spans 999 metres.") == "number_mismatch"
    assert checked("Great question! The bridge opened in 1932.") == "kept"


def test_the_supporting_sentence_is_written_and_noted() -> None:
    rows = [{"text": BRIDGE, "answer": "It spans 503 metres."}, {"text": BRIDGE, "answer": "It spans 504 metres."}]
    outcome = apply_outcome(GroundedAnswerFilter(), batch_of(rows))
    sentence = "The Alder Bridge opened on 14 June 1932 and spans 503 metres."
    assert outcome.rows.rows() == [{**rows[0], "evidence": sentence}]
    assert outcome.records is not None
    assert outcome.records["evidence"].to_list() == [sentence, sentence]
    kept, dropped = outcome.records["detail"].to_list()
    assert kept is None
    assert "504 metres" in dropped
    assert "503 metres" in dropped


def test_two_claims_name_two_sentences_in_the_order_of_the_source() -> None:
    rows = [{"text": BRIDGE, "answer": "Roughly 160,000 vehicles cross it. It spans 503 metres."}]
    (row,) = apply_rows(GroundedAnswerFilter(evidence="proof"), rows)
    assert row["proof"].splitlines() == [
        "The Alder Bridge opened on 14 June 1932 and spans 503 metres.",
        "Roughly 160,000 vehicles cross it every day.",
    ]


def test_nothing_is_written_where_none_is_wanted() -> None:
    operator = GroundedAnswerFilter(evidence=None)
    assert operator.writes() == {}
    assert apply_rows(operator, [{"text": BRIDGE, "answer": "It spans 503 metres."}]) == [
        {"text": BRIDGE, "answer": "It spans 503 metres."}
    ]


@pytest.mark.parametrize("bad", [None, 5, 1.5, ["a"], {"a": 1}, True])
@pytest.mark.parametrize(("policy", "fate"), [("drop", "dropped"), ("keep", "kept"), ("fail", "failed")])
def test_rows_without_answer_or_source_fall_under_on_null(bad: Any, policy: Any, fate: str) -> None:
    fine = {"text": BRIDGE, "answer": "It spans 503 metres."}
    rows = [{**fine, "answer": bad}, {**fine, "text": bad}, fine]
    records = apply_outcome(GroundedAnswerFilter(on_null=policy), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == [fate, fate, "kept"]


def test_a_source_without_words_supports_nothing() -> None:
    assert checked("It opened.", "") == "unsupported"
    assert checked("It opened.", "😀") == "unsupported"


WORDS = "the not no 1,234 12 % $ 5 million March 3, 1999 10:30 第十 千万 没有 Bob by . ; n't ’ yes ½ ٣ \x00".split(" ")
PIECES = st.lists(st.sampled_from(WORDS), max_size=15)
TEXTS = st.text(max_size=40) | PIECES.map(" ".join) | PIECES.map("".join)


@given(TEXTS, TEXTS, st.none() | TEXTS)
def test_any_texts_have_a_finding_and_its_evidence_is_in_the_source(answer: str, text: str, question: str) -> None:
    found = ground(answer, Source(text), question)
    assert 0 <= found.support <= 1
    assert all(line in text for line in found.evidence.split("\n"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("1,234.5 km", "1234.5 kilometres"),
        ("two hundred and five", "205"),
        ("3.2 million dollars", "$3,200,000"),
        ("12k", "twelve thousand"),
        ("einundzwanzig Prozent", "21 %"),
        ("1.234.567 Euro", "€1,234,567"),
        ("三百二十公里", "320公里"),
        ("百分之四十", "40%"),
        ("3:30 pm", "15:30"),
        ("about 30 m", "29.8 m"),
    ],
)
def test_a_number_is_one_in_all_its_spellings(left: str, right: str) -> None:
    (one,), (other,) = numbers_in(left)[0], numbers_in(right)[0]
    assert one.says(other)


@pytest.mark.parametrize(
    ("left", "right"),
    [("5 km", "5 m"), ("more than 30", "less than 30"), ("30", "29.8"), ("1.5 million", "1.5 billion"), ("5%", "5 kg")],
)
def test_numbers_that_differ_in_value_unit_or_bound_are_two(left: str, right: str) -> None:
    (one,), (other,) = numbers_in(left)[0], numbers_in(right)[0]
    assert not one.says(other)


def test_a_long_source_and_a_long_answer_take_bounded_time() -> None:
    source = " ".join(f"Item {n} costs {n + 7} euros in shop{n}." for n in range(600))
    answer = " ".join(f"Item {n} costs {n + 7} euros in shop{n}." for n in range(0, 600, 10))
    assert checked(answer, source) == "kept"
    assert checked(answer + " Item 5 costs 99999 euros.", source) == "number_mismatch"


ROW = {"text": "Goethe wrote Faust.  It has two\nparts.", "answer": "Faust has two parts.", "question": "How many?"}


def reply(supported: bool, sentence: str) -> str:
    return json.dumps({"reason": "Seen.", "supported": supported, "sentence": sentence})


def test_a_model_that_finds_support_quotes_it(told: Tell) -> None:
    done = told(GroundedAnswerFilter(backend="llm", question="question"), [ROW], [reply(True, "It has two parts.")])
    assert done.fates == [("kept", None)]
    assert done.rows == [{**ROW, "evidence": "It has two parts."}]
    assert all(value in done.asked[0].prompt for value in ROW.values())


NO = [reply(False, ""), reply(False, "Goethe wrote Faust.")]


def test_what_a_model_finds_unsupported_goes(told: Tell) -> None:
    done = told(
        GroundedAnswerFilter(backend="llm"), [ROW, ROW], [reply(False, ""), reply(False, "Goethe wrote Faust.")]
    )
    assert done.fates == [("dropped", "unsupported")] * 2
    assert done.details[0] == "Seen."
    assert "How many?" not in done.asked[0].prompt


@pytest.mark.parametrize(
    "bad", [reply(True, "It has three parts."), reply(True, ""), reply(True, "…"), '{"supported": "yes"}', "true"]
)
def test_a_quotation_that_is_not_in_the_source_goes_back_and_then_the_row_fails(told: Tell, bad: str) -> None:
    operator = GroundedAnswerFilter(backend="llm")
    assert told(operator, [ROW], [bad, reply(True, "Goethe wrote Faust.")]).fates == [("kept", None)]
    done = told(operator, [ROW], [bad] * 3)
    assert done.fates == [("failed", "invalid_reply")]
    assert done.rows == []


def test_nothing_is_asked_about_what_has_no_words(told: Tell) -> None:
    rows = [{**ROW, "answer": " "}, {**ROW, "text": "…"}, {**ROW, "answer": None}, {**ROW, "text": None}]
    done = told(GroundedAnswerFilter(backend="llm"), rows, [])
    assert done.fates == [("dropped", one) for one in ("no_claim", "unsupported", "no_value", "no_value")]
    assert done.asked == []


def test_a_row_without_an_answer_of_the_model_fails_alone(told: Tell) -> None:
    done = told(GroundedAnswerFilter(backend="llm"), [ROW, ROW], [reply(True, "Goethe wrote Faust.")])
    assert [fate for fate, _ in done.fates] == ["kept", "failed"]


def test_only_the_backend_that_asks_needs_a_model_and_says_what_it_asks() -> None:
    rules, judge = GroundedAnswerFilter(), GroundedAnswerFilter(backend="llm")
    assert GroundedAnswerFilter.needs == rules.needs == ()
    assert judge.needs == ("llm",)
    assert (rules.calls(3), judge.calls(3)) == ((0, 0), (0, 3))
    assert rules.prompts() == {}
    assert set(judge.prompts()) == {"system", "judge"}
    with pytest.raises(DataFlowError, match="needs a language model"):
        judge.open(Context())


@pytest.mark.parametrize("options", [{"backend": "llm", "min_support": 0.7}, {"max_tokens": 5}])
def test_an_option_of_the_other_backend_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="leave it out"):
        GroundedAnswerFilter(**options)


@pytest.mark.parametrize("share", [-0.01, 1.01])
def test_the_least_support_is_a_share(share: float) -> None:
    with pytest.raises(ValueError, match="min_support"):
        GroundedAnswerFilter(min_support=share)


SOURCE_OF_QUOTES = (
    "3 The Mill\nIn 1847 the mill [12] had 3 wheels, one of which did not turn. Ada Kern, who built it, left in 1850, "
    "not 1851.\n\nNobody believes that the mill was haunted. It stands. Some questions cannot be answered from the "
    "text."
)


@pytest.mark.parametrize(
    "answer",
    [
        "In 1847 the mill [12] had 3 wheels, one of which did not turn.",
        "It stands. In 1847 the mill [12] had 3 wheels, one of which did not turn.",
        "Ada Kern, who built it,  left in 1850, not 1851. Nobody believes that the mill was haunted.",
        "Some questions cannot be answered from the text.",
    ],
)
def test_whole_sentences_of_the_source_are_supported_whatever_stands_in_them(answer: str) -> None:
    found = ground(answer, Source(SOURCE_OF_QUOTES))
    assert (found.support, found.failed_check) == (1.0, "none")
    assert set("".join(answer.split())) <= set("".join(found.evidence.split()))


@pytest.mark.parametrize(
    "answer", ["The mill was haunted.", "that the mill was haunted.", "It stands. It was haunted."]
)
def test_a_part_of_a_sentence_is_no_quotation_of_it(answer: str) -> None:
    assert ground(answer, Source(SOURCE_OF_QUOTES)).failed_check != "none"
