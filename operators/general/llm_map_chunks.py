"""Ask a model about a long text piece by piece."""

from collections.abc import Generator, Sequence
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from ..core import (
    Asking,
    Column,
    DType,
    Example,
    LLMOperator,
    OutputColumn,
    PromptText,
    Reply,
    Request,
    RowError,
    Text,
    TextView,
    require_text,
    template,
)
from ..core.conversing import side_by_side
from ..core.prompts import as_data
from ..knowledge._cutting import Unit, cut
from ._prompts import ANSWERS

_ANSWERS = "answers"


class LLMMapChunks(LLMOperator):
    """Cut a long text into pieces, ask a model about each, and put the answers together.

    Every row whose pieces are all answered is kept, and their order stays; a piece without an answer fails its row
    (`no_answer`, `reply_cut_off`, `empty_reply`), so that nothing is missing unseen. Texts are cut as `chunk_text`
    cuts them: at paragraphs, lines, sentences and words, inside a word only where it alone is larger than a piece. The
    prompt's `{column}` stands for the piece, other names for the values of the row's columns, all as delimited data.

    The answers are joined with `separator` in the order of the pieces, or written as a list. With a `combine` prompt
    the model merges them instead: where they are together longer than a piece may be, neighbours are merged first, and
    what comes of that again, until one is left; the answer for a single piece stays as it is. A text without anything
    but white space is not asked about: it gets an empty text or list. Rows without a text fall under `on_null`.
    """

    name = "llm_map_chunks"
    phrases = (
        "ask a model about each part of long documents",
        "process long texts in pieces with an LLM",
        "map reduce with a language model",
        "summarize long documents piece by piece with a model",
        "prompt an LLM for every chunk and join the answers",
        "documents longer than the context of the model",
        "map a prompt over the chunks of a text",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the long text.")
    prompt: PromptText = Field(
        min_length=1,
        description="What the model is asked about a piece; {column} with the name of the column stands for the piece, "
        'such as "List the people in this text: {text}".',
    )
    system: str | None = Field(default=None, description="What the model is told before it, the same for all pieces.")
    size: int = Field(default=2000, ge=1, description="Most words or characters in a piece, see `unit`, inclusive.")
    unit: Unit = Field(default="words", description="What `size` and `overlap` count: words or chars.")
    overlap: int = Field(
        default=0, ge=0, description="Most words or characters that a piece repeats from the one before; below `size`."
    )
    join: Literal["text", "list"] = Field(
        default="text", description="Whether the answers are written as one text or as a list; not used with `combine`."
    )
    separator: str = Field(default="\n\n", description="What stands between answers in one text.")
    combine: PromptText | None = Field(
        default=None,
        min_length=1,
        description='What the model is asked to make of the answers, such as "Merge these lists into one."; null to '
        "join them.",
    )
    output: OutputColumn = Field(default="generated", description="Column to write the result to.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.overlap >= self.size:
            raise ValueError(
                f"an overlap of {self.overlap} {self.unit} leaves no room in pieces of {self.size}; "
                f"set overlap to at most {self.size - 1}, or a larger size"
            )
        if self.column not in template(self.prompt).names:
            raise ValueError(f"prompt does not name the piece; put {{{self.column}}} in")
        if self.combine is not None and self.column in template(self.combine).names:
            raise ValueError(f"combine cannot name {{{self.column}}}, the whole text; the answers are put after it")
        return self

    def prompts(self) -> dict[str, str]:
        return {**super().prompts(), **({"system": self.system} if self.system else {})}

    def writes(self) -> dict[str, DType]:
        """The result."""
        return {self.output: "nested" if self.join == "list" and self.combine is None else "text"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        pieces = cut(require_text(row, self.column), self.size, self.unit, self.overlap)
        prompts = [template(self.prompt).fill({**row, self.column: piece}) for piece in pieces]
        answers = yield from self._all_answers(prompts, "piece")
        if self.combine is not None:
            answers = yield from self._combined(row, answers)
        elif self.join == "list":
            return {self.output: answers}
        return {self.output: self.separator.join(answers)}

    def _combined(self, row: dict[str, Any], answers: list[str]) -> Asking[list[str]]:
        """At most one answer: neighbours are merged until it is the only one."""
        merging = template(self.combine or "").fill(row)
        while len(answers) > 1:
            groups = self._groups(answers)
            prompts = [
                ANSWERS.format(prompt=merging, answers="\n\n".join(as_data(_ANSWERS, one) for one in group))
                for group in groups
                if len(group) > 1
            ]
            merged = iter((yield from self._all_answers(prompts, "merger")))
            answers = [next(merged) if len(group) > 1 else group[0] for group in groups]
        return answers

    def _groups(self, answers: Sequence[str]) -> list[list[str]]:
        """Neighbours that fit together into the size of a piece, or two where they do not, so that fewer are left."""
        groups: list[list[str]] = []
        room = 0
        for answer in answers:
            length = len(answer) if self.unit == "chars" else len(TextView(answer).words)
            if not groups or (length > room and len(groups[-1]) > 1):
                groups.append([])
                room = self.size
            groups[-1].append(answer)
            room -= length
        return groups

    def _all_answers(self, prompts: Sequence[str], what: str) -> Asking[list[str]]:
        requests = [self.request(prompt, self.system) for prompt in prompts]
        talks = [_answer(request, f"{what} {n} of {len(requests)}") for n, request in enumerate(requests, 1)]
        return (yield from side_by_side(talks))

    @classmethod
    def example(cls) -> Example:
        return Example(
            options={"prompt": "Name the animals in: {text}", "size": 3, "separator": ", "},
            rows=["A cat sleeps. A dog barks.", "A fish swims."],
            out=[
                {"text": "A cat sleeps. A dog barks.", "generated": "cat, dog"},
                {"text": "A fish swims.", "generated": "fish"},
            ],
            replies=["cat", "dog", "fish"],
        )


def _answer(request: Request, what: str) -> Generator[Request, Reply, str]:
    reply = yield request
    if not reply.text.strip():
        raise RowError("empty_reply", f"the model answered with nothing to {what}")
    return reply.text.strip()
