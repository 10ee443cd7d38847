"""Better instructions for code: beside the first ones or in place, and never lost to an empty reply."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.code.enhance_code_instruction import EnhanceCodeInstruction
from dataflow_agent.operators.core import Request

Tell = Callable[..., Any]
ROW = {"instruction": "sort my list", "id": 1}
BETTER = "Write sort(items)."


def says(instruction: Any) -> str:
    return orjson.dumps({"instruction": instruction}).decode()


def test_the_better_instruction_stands_beside_the_first(told: Tell) -> None:
    done = told(EnhanceCodeInstruction(), [ROW], [says(BETTER)])
    assert done.rows == [{**ROW, "enhanced_instruction": BETTER}]
    assert "sort my list" in done.asked[0].prompt


def test_it_may_take_the_place_of_the_first(told: Tell) -> None:
    done = told(EnhanceCodeInstruction(output="instruction"), [ROW], [says(BETTER)])
    assert done.rows == [{**ROW, "instruction": BETTER}]


def test_programming_language_human_language_and_wishes_are_said(told: Tell) -> None:
    operator = EnhanceCodeInstruction(code_language="Rust", language="German", instructions="make it harder")
    (asked,) = told(operator, [ROW], [says(BETTER)]).asked
    assert all(word in asked.system for word in ("Rust", "German", "make it harder"))
    (asked,) = told(EnhanceCodeInstruction(), [ROW], [says(BETTER)]).asked
    assert "English" in asked.system
    assert "Write in this programming language" not in asked.system


@pytest.mark.parametrize("bad", ["", "None", says(" "), says(None), BETTER])
def test_an_unusable_reply_fails_its_row_alone(told: Tell, bad: str) -> None:
    def script(request: Request) -> str:
        return bad if "bad" in request.prompt or request.turns else says(BETTER)

    done = told(EnhanceCodeInstruction(output="instruction"), [{**ROW, "instruction": "bad"}, ROW], script)
    assert done.fates == [("failed", "invalid_reply"), ("kept", None)]
    assert done.rows == [{**ROW, "instruction": BETTER}]


def test_rows_without_an_instruction_are_not_asked_about(told: Tell) -> None:
    done = told(EnhanceCodeInstruction(), [{"instruction": None}, {"instruction": 3}, {"instruction": ""}], [])
    assert done.fates == [("failed", "no_value"), ("failed", "no_value"), ("failed", "empty_text")]
    assert done.asked == []
