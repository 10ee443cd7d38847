"""Write the embedding of a text."""

from pydantic import Field

from ..core import Batch, Column, Context, DType, Example, Outcome, OutputColumn, RowOperator, Text
from ..core.batch import PHYSICAL
from ..core.embedder import Embedder, embed_column
from ..core.families import OnNull, judge_missing


class EmbedText(RowOperator):
    """Write the embedding of a text into a column of vectors.

    Every row is kept and their order stays. A vector has length 1, so the cosine of two is the sum of their products;
    its dimension is that of the model, 256 for the built-in one. A text without any word the model knows has a vector
    of zeros. Rows without a text fall under `on_null`: by default they fail; kept ones have null for a vector.
    """

    name = "embed_text"
    kind = "generate"
    effect = "same"
    needs = ("embedder",)
    phrases = (
        "embed the texts",
        "add an embedding column",
        "compute sentence embeddings",
        "turn each text into a vector",
        "vectorize the questions",
        "write text embeddings for retrieval",
    )

    column: Column[Text] = Field(default="text", description="Column that holds the text.")
    output: OutputColumn = Field(default="embedding", description="Column to write the vector to.")
    on_null: OnNull = Field(default="fail", description="What happens to rows without a text.")

    def writes(self) -> dict[str, DType]:
        """The column of vectors."""
        return {self.output: "vector"}

    def open(self, ctx: Context) -> Embedder:
        return ctx.embedder()

    def apply(self, batch: Batch, state: Embedder) -> Outcome:
        texts = batch.texts(self.column)
        rows = batch.with_values(self.output, embed_column(texts, state).cast(PHYSICAL["vector"]), "vector")
        return judge_missing(rows, texts.is_null(), self.on_null)

    @classmethod
    def example(cls) -> Example:
        return Example(rows=[{"text": ""}], out=[{"text": "", "embedding": [0.0] * 256}])
