"""Two questions made one: that the texts themselves are joined, which partner is taken, which replies go back."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.reasoning._prompts import FUSIONS
from dataflow_agent.operators.reasoning.fuse_questions import FuseQuestions

Tell = Callable[..., Any]
ROW = {"instruction": "QA", "partner_question": "QB", "golden_answer": "5"}


def fused(text: str) -> str:
    return orjson.dumps({"question": text}).decode()


def test_the_texts_of_both_questions_are_sent_and_not_their_place_in_the_data(told: Tell) -> None:
    rows = [ROW, {**ROW, "instruction": "QC", "partner_question": "QD"}]
    done = told(FuseQuestions(), rows, [fused("AB?"), fused("CD?")])
    assert [row["fused_question"] for row in done.rows] == ["AB?", "CD?"]
    assert [row["golden_answer"] for row in done.rows] == ["5", "5"]
    for request, (first, second) in zip(done.asked, [("QA", "QB"), ("QC", "QD")], strict=True):
        assert f'<data name="question">\n{first}\n</data>' in request.prompt
        assert f'<data name="partner">\n{second}\n</data>' in request.prompt
        assert f"('{first}', '{second}')" not in request.prompt


@pytest.mark.parametrize("fusion", FUSIONS)
def test_each_fusion_asks_for_its_own(told: Tell, fusion: str) -> None:
    prompt = told(FuseQuestions(fusion=fusion), [ROW], [fused("AB?")]).asked[0].prompt
    assert [one for one, words in FUSIONS.items() if words in prompt] == [fusion]


@pytest.mark.parametrize(
    "partner",
    [
        "QB",
        ["QB", "QC"],
        [" qa", "QB"],
        [{"text": "QA", "score": 1.0}, {"text": "QB", "score": 0.9}],
        [None, "", 5, {"score": 1}, "QB"],
    ],
)
def test_the_partner_is_the_first_other_question(told: Tell, partner: Any) -> None:
    prompt = told(FuseQuestions(), [{**ROW, "partner_question": partner}], [fused("AB?")]).asked[0].prompt
    assert '<data name="partner">\nQB\n</data>' in prompt


@pytest.mark.parametrize("partner", [None, "", " ", "QA", "qa ", 7, [], ["QA"], [{"text": "QA"}], {"text": 3}])
def test_a_row_without_another_question_falls_under_on_null(told: Tell, partner: Any) -> None:
    done = told(FuseQuestions(), [{**ROW, "partner_question": partner}], [])
    assert done.fates == [("failed", "no_value")]
    kept = told(FuseQuestions(on_null="keep"), [{**ROW, "partner_question": partner}], [])
    assert kept.rows == [{**ROW, "partner_question": partner, "fused_question": None}]


@pytest.mark.parametrize("bad", [fused("QA"), fused(" q b".replace(" ", "")), fused(" "), "#New Problem#: AB?", "{}"])
def test_an_unchanged_or_blank_question_and_a_heading_in_prose_go_back(told: Tell, bad: str) -> None:
    assert told(FuseQuestions(), [ROW], [bad, fused("AB?")]).rows == [{**ROW, "fused_question": "AB?"}]
    assert told(FuseQuestions(), [ROW], [bad] * 3).fates == [("failed", "invalid_reply")]


def test_rows_without_a_first_question_fail(told: Tell) -> None:
    rows = [{**ROW, "instruction": None}, {**ROW, "instruction": ""}, {**ROW, "instruction": 3}]
    assert told(FuseQuestions(), rows, []).fates == [("failed", one) for one in ("no_value", "empty_text", "no_value")]


def test_names_wishes_and_language_are_heeded(told: Tell) -> None:
    operator = FuseQuestions(column="a", partner="b", output="c", instructions="Be short.", language="German")
    done = told(operator, [{"a": "QA", "b": "QB"}], [fused("AB?")])
    assert done.rows == [{"a": "QA", "b": "QB", "c": "AB?"}]
    assert "Be short." in done.asked[0].system
    assert "German" in done.asked[0].system
