"""What each rule says of each text: ours beside DataFlow's, on the texts as DataFlow's refiners left them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dataflow_agent.operators.core import Context, RowOperator, Schema
from dataflow_agent.operators.core.batch import Batch, from_rows
from dataflow_agent.pipelines.builtin import pipeline
from dataflow_agent.pipelines.engine.physical import planned_steps

RULES: Mapping[str, str] = {
    "BlocklistFilter": "blocklist",
    "WordNumberFilter": "word_number",
    "ColonEndFilter": "colon_end",
    "SentenceNumberFilter": "sentence_number",
    "LineEndWithEllipsisFilter": "line_end_ellipsis",
    "ContentNullFilter": "content_null",
    "MeanWordLengthFilter": "mean_word_length",
    "SymbolWordRatioFilter": "symbol_word_ratio",
    "HtmlEntityFilter": "html_entity",
    "NoPuncFilter": "no_punc",
    "SpecialCharacterFilter": "special_character",
    "WatermarkFilter": "watermark",
    "CurlyBracketFilter": "curly_bracket",
    "CapitalWordsFilter": "capital_words",
    "LoremIpsumFilter": "lorem_ipsum",
    "UniqueWordsFilter": "unique_words",
    "CharNumberFilter": "char_number",
    "LineStartWithBulletpointFilter": "bullet_lines",
    "LineWithJavascriptFilter": "javascript_lines",
}
"""DataFlow's filters and the steps of our reference pipeline that do the same."""
REFINERS: Mapping[str, tuple[str, ...]] = {
    "RemoveEmojiRefiner": ("emoji",),
    "HtmlUrlRemoverRefiner": ("urls", "html_tags"),
    "RemoveExtraSpacesRefiner": ("extra_spaces",),
}
KNOWN: Mapping[str, str] = {
    "RemoveEmojiRefiner": "DataFlow misses the newer emoji, leaves variation selectors and takes check marks",
    "HtmlUrlRemoverRefiner": "DataFlow takes whatever stands between < and >, and the punctuation behind an address",
    "RemoveExtraSpacesRefiner": "zero-width spaces go in ours",
    "BlocklistFilter": "another list, and DataFlow misses a word that punctuation touches",
    "NoPuncFilter": "DataFlow does not know the punctuation of other scripts",
    "LineWithJavascriptFilter": "DataFlow drops a text of punctuation alone, of which it counts no line",
    "ContentNullFilter": "a text of invisible characters only is none in ours",
}
"""Why they differ where they do; the rest should agree on every row."""
SHOWN = 3


def tell_verdicts(corpus: Path, column: str, theirs: Mapping[str, Any]) -> None:
    """Print for each rule how many rows the two see differently, and the first of them by line number."""
    with corpus.open("rb") as file:
        before = [json.loads(line)[column] for line in file]
    ours = _Ours(column)
    print(f"\nverdicts on {len(before)} texts, each rule alone on the same texts; dedup apart")
    for refiner, steps in REFINERS.items():
        after = theirs["refined"][refiner]
        own = ours.refined(steps, before)
        differing = [place for place, pair in enumerate(zip(after, own, strict=True), 1) if pair[0] != pair[1]]
        _tell(refiner, f"{len(differing):6d} texts differ", differing)
        before = after
    for rule, step in RULES.items():
        kept, own_kept = set(theirs["kept"][rule]), ours.kept(step, before)
        only_theirs, only_ours = sorted(kept - own_kept), sorted(own_kept - kept)
        counts = (
            f"{len(own_kept & kept):6d} both keep {len(only_ours):6d} only ours {len(only_theirs):6d} only DataFlow"
        )
        _tell(rule, counts, [place + 1 for place in (*only_ours, *only_theirs)])


def _tell(rule: str, counts: str, differing: Sequence[int]) -> None:
    where = f"  lines {', '.join(map(str, differing[:SHOWN]))}" if differing else ""
    why = f"  ({KNOWN.get(rule, 'NOT EXPECTED')})" if differing else ""
    print(f"{rule:<32}{counts}{where}{why}")


class _Ours:
    """The steps of our reference pipeline, one at a time."""

    def __init__(self, column: str) -> None:
        self._column, self._schema = column, Schema.of(**{column: "text"})
        workflow = pipeline("text_pretrain_filter_reference").bound({"text": column})
        self._steps = {planned.step.id: planned.operator for planned in planned_steps(workflow, self._schema, {})}

    def refined(self, steps: Sequence[str], texts: Sequence[str]) -> list[str]:
        """The texts after some steps."""
        batch = self._batch(texts)
        for step in steps:
            batch = self._applied(step, batch)
        return batch.texts(self._column).to_list()

    def kept(self, step: str, texts: Sequence[str]) -> set[int]:
        """The places of the texts that a step keeps."""
        rows = self._applied(step, self._batch(texts))
        return {int(row.partition(":")[2]) - 1 for row in rows.ids}

    def _batch(self, texts: Sequence[str]) -> Batch:
        return from_rows([{self._column: text} for text in texts], self._schema)

    def _applied(self, step: str, batch: Batch) -> Batch:
        operator = self._steps[step]
        if not isinstance(operator, RowOperator):
            raise TypeError(f"{step} is no row operator")
        return operator.apply(batch, operator.open(Context())).rows
