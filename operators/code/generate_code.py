"""Write the code that an instruction asks for."""

from typing import Any

from pydantic import Field

from ..core import Asking, Column, Example, LLMOperator, OutputColumn, RowError, Text, template
from ..core.structured import MAX_ERROR_CHARS, TRIES, InvalidReply, after_thoughts, asked_again
from ..sft._prompts import with_wishes
from ..sft._talking import filled_text
from ._extraction import code_in
from ._prompts import CODE, CODE_AGAIN, CODE_SYSTEM, in_language


class GenerateCode(LLMOperator):
    """Write the code that each instruction asks for, with a language model.

    Every row and every other column stay; the code goes to `output`, without fences and the prose around it. Of several
    fenced blocks in a reply those count that name the language, else those that name none, else all, and of these the
    longest that is whole; a reply without a fence counts if it is Python as a whole. Python is parsed, never run; in C,
    C++, C#, Java, Go, Rust, Kotlin, Scala, Swift, Dart, JavaScript, TypeScript, SQL and JSON each bracket outside of
    texts and comments must have its partner; of other languages only the fence is looked at.

    A reply without such code goes back with the error, twice at most, then the row fails (`invalid_reply`). A reply
    that is cut off fails (`reply_cut_off`), and a blank instruction (`empty_text`) without a request. Rows without an
    instruction fall under `on_null`: by default they fail.
    """

    name = "generate_code"
    phrases = (
        "write code for each instruction",
        "generate code from the instructions",
        "have a model solve the programming tasks",
        "answer coding prompts with code",
        "generate Python solutions",
        "program what each instruction asks for",
        "let an LLM write the functions",
    )

    instruction: Column[Text] = Field(default="instruction", description="Column that holds the instruction.")
    output: OutputColumn = Field(default="code", description="Column to write the code to.")
    code_language: str = Field(
        default="python", min_length=1, description="Programming language to write in, which decides what is checked."
    )
    instructions: str | None = Field(default=None, description="What is wished of the code besides, in plain words.")
    max_tokens: int = Field(default=2048, ge=1, description="Most tokens of a reply; a reply that is cut off fails.")

    def prompts(self) -> dict[str, str]:
        system = with_wishes(in_language(CODE_SYSTEM, self.code_language), None, self.instructions)
        return {"system": system, "instruction": CODE}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        said, error = self.prompts(), ""
        prompt = template(said["instruction"]).fill({"instruction": filled_text(row, self.instruction)})
        asked = self.request(prompt, said["system"])
        for _ in range(TRIES):
            reply = yield asked
            try:
                return {self.output: code_in(after_thoughts(reply.text), self.code_language)}
            except InvalidReply as invalid:
                error = str(invalid)[:MAX_ERROR_CHARS]
            asked = asked_again(asked, reply, CODE_AGAIN.format(error=error))
        raise RowError("invalid_reply", f"{TRIES} replies were invalid, the last since {error}")

    @classmethod
    def example(cls) -> Example:
        asked = "Write a function double(n) that returns twice its argument."
        return Example(
            rows=[{"instruction": asked}],
            out=[{"instruction": asked, "code": "def double(n):\n    return 2 * n"}],
            replies=["Here it is:\n\n```python\ndef double(n):\n    return 2 * n\n```\n\nCall it with a number."],
        )
