"""Write the instruction that code is the answer to."""

from typing import Any

from pydantic import BaseModel, Field

from ..core import Asking, Column, Example, LLMOperator, OutputColumn, Text, template
from ..sft._prompts import with_wishes
from ..sft._talking import Written, ask_until, filled_text, folded
from ._prompts import INSTRUCTION, INSTRUCTION_SYSTEM


class CodeInstruction(BaseModel):
    """An instruction that code answers."""

    instruction: Written


class GenerateInstructionFromCode(LLMOperator):
    """Write for each piece of code the instruction that it is the answer to, with a language model.

    Every row and every other column stay; the instruction goes to `output`. One request a row. A reply that is blank,
    or that gives the code away by quoting it whole, goes back with the reason, and after three the row fails
    (`invalid_reply`); blank code fails (`empty_text`) without a request. Rows without code fall under `on_null`: by
    default they fail.

    Source: the instructions from seed code of OSS-Instruct, Wei et al. 2024, as DataFlow has them.
    """

    name = "generate_instruction_from_code"
    phrases = (
        "write an instruction for each code snippet",
        "turn raw code into coding instructions",
        "generate the task that each piece of code solves",
        "reverse engineer prompts from source code",
        "make instructions from code",
        "describe what to program for each code sample",
        "OSS-Instruct from seed code",
    )

    column: Column[Text] = Field(default="raw_code", description="Column that holds the code.")
    output: OutputColumn = Field(default="instruction", description="Column to write the instruction to.")
    instructions: str | None = Field(
        default=None, description="What is wished of the instructions besides, in plain words: audience, style."
    )
    language: str | None = Field(default=None, description="Human language to write in; English when not given.")

    def prompts(self) -> dict[str, str]:
        system = with_wishes(INSTRUCTION_SYSTEM, self.language or "English", self.instructions)
        return {"system": system, "instruction": INSTRUCTION}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said, code = self.prompts(), filled_text(row, self.column)

        def fault(reply: CodeInstruction) -> str | None:
            return "the instruction quotes the code" if folded(code) in folded(reply.instruction) else None

        prompt = template(said["instruction"]).fill({"code": code})
        reply = yield from ask_until(CodeInstruction, self.request(prompt, said["system"]), fault)
        return {self.output: reply.instruction}

    @classmethod
    def example(cls) -> Example:
        code = "def double(n):\n    return 2 * n\n"
        asked = "Write a Python function double(n) that returns twice its argument."
        return Example(
            rows=[{"raw_code": code}],
            out=[{"raw_code": code, "instruction": asked}],
            replies=[f'{{"instruction": "{asked}"}}'],
        )
