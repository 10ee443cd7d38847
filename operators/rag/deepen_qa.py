"""Make questions deeper: what they name is described by something else that must be found first."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import polars as pl
from pydantic import BaseModel, Field, StrictBool, StrictStr, model_validator

from ..core import (
    Asking,
    Batch,
    Column,
    Columns,
    DType,
    Example,
    LLMOperator,
    OutputColumn,
    RowError,
    Text,
    ask_for,
    template,
)
from ..core.conversing import Told
from ..core.quoting import Quotable
from ..sft._prompts import with_wishes
from ..sft._talking import Talk, Written, ask_until, dropped_for, filled_text, folded
from ._checks import as_documents, documents_in, names
from ._prompts import (
    DEEPER,
    DEEPER_SYSTEM,
    FROM_CONTEXT,
    FROM_KNOWLEDGE,
    RELATION,
    RELATION_CONTEXT,
    RELATION_SYSTEM,
    SAME,
    SAME_SYSTEM,
    UNIQUE,
    UNIQUE_SYSTEM,
)

UNVERIFIED = "unverified"


class Relation(BaseModel):
    """How the thing that a question names is found from another one."""

    new_identifier: Written
    relation: Written
    evidence: Written

    @property
    def description(self) -> str:
        """The thing, described by the other one."""
        return f"{self.relation} {self.new_identifier}"


class DescriptionVerdict(BaseModel):
    """Whether a description is true of its thing, and of nothing else."""

    reason: StrictStr
    true: StrictBool
    unique: StrictBool


class DeeperQuestion(BaseModel):
    """The rewritten question."""

    question: Written


class SameAnswerVerdict(BaseModel):
    """Whether the rewritten question has the answer of the first, and whether it gives something away."""

    reason: StrictStr
    same_answer: StrictBool
    leaks: StrictBool


@dataclass(frozen=True)
class Hop:
    """One verified round."""

    identifier: str
    relation: Relation
    question: str

    def told(self) -> dict[str, str]:
        """As it is written to the list of hops."""
        found = self.relation
        return {
            "identifier": self.identifier,
            "relation": found.relation,
            "new_identifier": found.new_identifier,
            "evidence": found.evidence,
            "question": self.question,
        }


class DeepenQA(LLMOperator):
    """Make each question need one search more a round, with the same answer, with a language model.

    In each round what the question names (`identifier`) is replaced by a description through another thing, which the
    next round describes in its turn: "When was Hamlet's author born?" for "When was Shakespeare born?". Four requests a
    round: for the relation, for a judgement whether it is true and fits this one thing only, for the new question, and
    for a judgement whether it has the same answer and gives nothing away. With `documents` the relation must be quoted
    from those of the row, such as passages that `retrieve_passages` found; without them it is the model's knowledge.
    The new question must contain the new name, and neither the old one nor the answer; otherwise it goes back with the
    reason, and after three such replies the row fails (`invalid_reply`), as for every reply that cannot be read.

    A round that a judgement refuses ends the deepening. A row that came to `min_rounds` stays with the question it came
    to; one that did not is dropped (`unverified`) with the judge's reason in the ledger. `output` gets the question,
    `hops` the list of rounds. Every other column stays, the answer too. Rows with a blank question, answer or
    identifier fail (`empty_text`); rows without one, or without a document, fall under `on_null`.
    """

    name = "deepen_qa"
    phrases = (
        "make the questions deeper so that they need more hops",
        "make the questions deeper",
        "deepen the questions by more hops",
        "add hops to each question",
        "turn single-hop questions into multi-hop questions",
        "backward chaining of questions for agentic RAG",
        "deepen the question-answer pairs",
        "obfuscate the entity in each question by a description",
    )

    question: Column[Text] = Field(default="question", description="Column that holds the question.")
    answer: Column[Text] = Field(default="answer", description="Column that holds its answer, which stays.")
    identifier: Column[Text] = Field(default="identifier", description="Column with what the question names.")
    documents: Columns = Field(
        default=(), description="Columns with documents that relations are quoted from; the model's knowledge if empty."
    )
    rounds: int = Field(default=2, ge=1, le=5, description="Most rounds or hops; each makes one search more necessary.")
    min_rounds: int = Field(default=1, ge=0, le=5, description="Fewest verified rounds of a row that stays.")
    output: OutputColumn = Field(default="deep_question", description="Column to write the deeper question to.")
    hops: OutputColumn = Field(default="hops", description="Column to write the list of rounds to.")
    instructions: str | None = Field(default=None, description="What is wished of the relations besides.")

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.min_rounds > self.rounds:
            raise ValueError(f"min_rounds {self.min_rounds} is more than rounds {self.rounds}")
        if self.hops in {self.output, self.question, self.answer, self.identifier}:
            raise ValueError(f"hops is written to {self.hops!r}, which is another column; name one of its own")
        return self

    def prompts(self) -> dict[str, str]:
        source = FROM_CONTEXT if self.documents else FROM_KNOWLEDGE
        return {
            "relation_system": with_wishes(RELATION_SYSTEM.replace("{{evidence}}", source), None, self.instructions),
            "relation": RELATION + (RELATION_CONTEXT if self.documents else ""),
            "unique_system": UNIQUE_SYSTEM,
            "unique": UNIQUE,
            "deeper_system": DEEPER_SYSTEM,
            "deeper": DEEPER,
            "same_system": SAME_SYSTEM,
            "same": SAME,
        }

    def calls(self, rows: int) -> tuple[int, int]:
        """Two where the first relation is refused, four a round else."""
        return 2 * rows, 4 * self.rounds * rows

    def writes(self) -> dict[str, DType]:
        return {self.output: "text", self.hops: "nested"}

    def ask(self, row: dict[str, Any]) -> Asking[dict[str, Any]]:
        question, answer = filled_text(row, self.question), filled_text(row, self.answer)
        identifier = filled_text(row, self.identifier)
        documents = documents_in(row, self.documents) if self.documents else []
        hops: list[Hop] = []
        for _ in range(self.rounds):
            hop = yield from self._hop(question, answer, identifier, documents)
            if isinstance(hop, str):
                if len(hops) < self.min_rounds:
                    raise RowError(UNVERIFIED, hop)
                break
            hops.append(hop)
            question, identifier = hop.question, hop.relation.new_identifier
        return {self.output: question, self.hops: [hop.told() for hop in hops]}

    def _hop(self, question: str, answer: str, identifier: str, documents: list[str]) -> Talk[Hop | str]:
        """One round, or why it is refused."""
        said = self.prompts()
        values = {"question": question, "answer": answer, "identifier": identifier}
        known = {**values, "documents": as_documents(documents)} if documents else values
        asked = self.request(template(said["relation"]).fill(known), said["relation_system"])
        relation = yield from ask_until(Relation, asked, lambda one: next(_amiss(one, values, documents), None))
        values["description"] = relation.description
        shown = template(said["unique"]).fill({**values, "evidence": relation.evidence})
        described = yield from ask_for(DescriptionVerdict, self.request(shown, said["unique_system"]))
        if not (described.true and described.unique):
            return f"the description {relation.description!r} of {identifier!r} is refused: {described.reason}"

        def fault(reply: DeeperQuestion) -> str | None:
            return next(_unfit(reply.question, relation, values), None)

        asked = self.request(template(said["deeper"]).fill(values), said["deeper_system"])
        deeper = (yield from ask_until(DeeperQuestion, asked, fault)).question
        shown = template(said["same"]).fill({**values, "deeper": deeper})
        same = yield from ask_for(SameAnswerVerdict, self.request(shown, said["same_system"]))
        if same.leaks or not same.same_answer:
            return f"the question {deeper!r} is refused: {same.reason}"
        return Hop(identifier, relation, deeper)

    def fates(self, batch: Batch, told: Told[dict[str, Any]]) -> pl.DataFrame:
        return dropped_for(super().fates(batch, told), UNVERIFIED)

    @classmethod
    def example(cls) -> Example:
        row = {"question": "When was William Shakespeare born?", "answer": "1564", "identifier": "William Shakespeare"}
        deeper = "When was the author of Hamlet born?"
        found = {"relation": "the author of", "new_identifier": "Hamlet", "evidence": "Shakespeare wrote Hamlet."}
        hop = {"identifier": "William Shakespeare", **found, "question": deeper}
        return Example(
            options={"rounds": 1},
            rows=[row],
            out=[{**row, "deep_question": deeper, "hops": [hop]}],
            replies=[
                '{"new_identifier": "Hamlet", "relation": "the author of", "evidence": "Shakespeare wrote Hamlet."}',
                '{"reason": "One author.", "true": true, "unique": true}',
                f'{{"question": "{deeper}"}}',
                '{"reason": "The same person.", "same_answer": true, "leaks": false}',
            ],
        )


def _amiss(found: Relation, values: dict[str, str], documents: list[str]) -> Iterator[str]:
    """What is wrong with a relation."""
    for what in ("identifier", "answer"):
        if names(found.new_identifier, values[what]) or folded(found.new_identifier) == folded(values[what]):
            yield f"new_identifier: it contains the {what} {values[what]!r}; name another thing"
    if names(found.relation, values["identifier"]):
        yield f"relation: it contains {values['identifier']!r} itself"
    if documents and not any(Quotable(text).find(found.evidence) for text in documents):
        yield "evidence: it does not stand in the documents; copy it exactly"


def _unfit(question: str, relation: Relation, values: dict[str, str]) -> Iterator[str]:
    """What is wrong with a deeper question."""
    if not names(question, relation.new_identifier):
        yield f"question: it does not contain {relation.new_identifier!r}"
    if names(question, values["identifier"]):
        yield f"question: it still contains {values['identifier']!r}"
    if names(question, values["answer"]):
        yield f"question: it contains the answer {values['answer']!r}"
