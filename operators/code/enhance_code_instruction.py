"""Make instructions for code complete and exact."""

from typing import Any

from pydantic import BaseModel, Field

from ..core import Asking, Column, Example, LLMOperator, OutputColumn, Text, ask_for, template
from ..sft._prompts import with_wishes
from ..sft._talking import Written, filled_text
from ._prompts import ENHANCE, ENHANCE_SYSTEM, in_language


class EnhancedInstruction(BaseModel):
    """An instruction written anew."""

    instruction: Written


class EnhanceCodeInstruction(LLMOperator):
    """Write each instruction for code anew, so that it says all that whoever carries it out must know.

    Every row and every other column stay; the better instruction goes to `output`, beside the first one by default.
    One request a row. A blank reply goes back with the reason, and after three the row fails (`invalid_reply`); a blank
    instruction fails (`empty_text`) without a request. Rows without an instruction fall under `on_null`: by default
    they fail.

    Source: the evolved instructions of WizardCoder, Luo et al. 2023, as DataFlow has them.
    """

    name = "enhance_code_instruction"
    phrases = (
        "improve the coding instructions",
        "make programming tasks more precise",
        "enhance the code instructions",
        "rewrite coding prompts so that they are complete",
        "add inputs, outputs and edge cases to the programming tasks",
        "evolve coding instructions like WizardCoder",
    )

    instruction: Column[Text] = Field(default="instruction", description="Column that holds the instruction.")
    output: OutputColumn = Field(
        default="enhanced_instruction", description="Column to write the better instruction to."
    )
    code_language: str | None = Field(
        default=None, min_length=1, description="Programming language to ask for; that of the instruction if not given."
    )
    instructions: str | None = Field(
        default=None, description="What is wished of the instructions besides, in plain words: difficulty, style."
    )
    language: str | None = Field(default=None, description="Human language to write in; English when not given.")

    def prompts(self) -> dict[str, str]:
        said = ENHANCE_SYSTEM if self.code_language is None else in_language(ENHANCE_SYSTEM, self.code_language)
        return {"system": with_wishes(said, self.language or "English", self.instructions), "instruction": ENHANCE}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said = self.prompts()
        prompt = template(said["instruction"]).fill({"instruction": filled_text(row, self.instruction)})
        reply = yield from ask_for(EnhancedInstruction, self.request(prompt, said["system"]))
        return {self.output: reply.instruction}

    @classmethod
    def example(cls) -> Example:
        asked = "sort my list"
        better = "Write a Python function sort(items) that returns a new list with the items in ascending order."
        return Example(
            rows=[{"instruction": asked}],
            out=[{"instruction": asked, "enhanced_instruction": better}],
            replies=[f'{{"instruction": "{better}"}}'],
        )
