"""DataFlow's CPU text pipeline, called through its public classes; run by `compare.py` in DataFlow's own environment.

    python run_dataflow.py run INPUT.jsonl COLUMN FOLDER [--no-minhash]
    python run_dataflow.py verdicts INPUT.jsonl COLUMN VERDICTS.json

`run` does what the pipeline's file does: each step reads and writes a file. `verdicts` asks each filter alone about
every text as the refiners left it, and writes for each step what it said, row by row.
"""

import argparse
import json
import os
import sys
import tempfile
import types
from pathlib import Path
from typing import Any

# Two steps import torch and look for a sentence tokenizer without using either; both are stood in for, which spares
# DataFlow seconds of start-up and this benchmark a download.
torch = types.ModuleType("torch")
torch.Tensor = type("Tensor", (), {})  # type: ignore[attr-defined]
sys.modules["torch"] = torch
_NLTK = tempfile.TemporaryDirectory(prefix="nltk-")
(Path(_NLTK.name) / "tokenizers" / "punkt").mkdir(parents=True)
os.environ["NLTK_DATA"] = _NLTK.name

import pandas as pd  # noqa: E402
from dataflow.operators import general_text as rules  # type: ignore[import-not-found]  # noqa: E402
from dataflow.utils.storage import DataFlowStorage, FileStorage  # type: ignore[import-not-found]  # noqa: E402

REFINERS = (("RemoveEmojiRefiner", {}), ("HtmlUrlRemoverRefiner", {}), ("RemoveExtraSpacesRefiner", {}))
DEDUP = ("MinHashDeduplicateFilter", {"num_perm": 128, "threshold": 0.9, "use_n_gram": True, "ngram": 5})
FILTERS = (
    ("BlocklistFilter", {}),
    ("WordNumberFilter", {"min_words": 20, "max_words": 100000}),
    ("ColonEndFilter", {}),
    ("SentenceNumberFilter", {"min_sentences": 3, "max_sentences": 7500}),
    ("LineEndWithEllipsisFilter", {"threshold": 0.3}),
    ("ContentNullFilter", {}),
    ("MeanWordLengthFilter", {"min_length": 3, "max_length": 10}),
    ("SymbolWordRatioFilter", {"threshold": 0.4}),
    ("HtmlEntityFilter", {}),
    ("NoPuncFilter", {"threshold": 112}),
    ("SpecialCharacterFilter", {}),
    ("WatermarkFilter", {"watermarks": ["Copyright", "Watermark", "Confidential"]}),
    ("CurlyBracketFilter", {"threshold": 0.025}),
    ("CapitalWordsFilter", {"threshold": 0.2, "use_tokenizer": False}),
    ("LoremIpsumFilter", {"threshold": 3e-8}),
    ("UniqueWordsFilter", {"threshold": 0.1}),
    ("CharNumberFilter", {"threshold": 100}),
    ("LineStartWithBulletpointFilter", {"threshold": 0.9}),
    ("LineWithJavascriptFilter", {"threshold": 3}),
)
"""The steps of its `text_pt_filter.py` for CPU, in that order, with the options given there."""


class InMemory(DataFlowStorage):
    """One frame, given to a step and taken from it."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def get_keys_from_dataframe(self) -> list[str]:
        """The columns."""
        return list(self.frame.columns)

    def read(self, output_type: str = "dataframe") -> pd.DataFrame:
        """A copy of the frame, which the step may change."""
        return self.frame.copy()

    def write(self, data: pd.DataFrame) -> None:
        """Take over what the step made."""
        self.frame = data


def operator(name: str, options: dict[str, Any]) -> Any:
    """One of its operators."""
    return getattr(rules, name)(**options)


def run(source: str, column: str, folder: Path, *, minhash: bool) -> None:
    """Run the pipeline; the last of the files in `folder` is the result."""
    steps = [*REFINERS, *([DEDUP] if minhash else []), *FILTERS]
    operators = [operator(*step) for step in steps]
    storage = FileStorage(
        first_entry_file_name=source, cache_path=str(folder), file_name_prefix="step", cache_type="jsonl"
    )
    for step in operators:
        step.run(storage=storage.step(), input_key=column)


def verdicts(source: str, column: str, target: Path) -> None:
    """What each refiner made of every text, and what each filter says to every refined text."""
    frame = pd.read_json(source, lines=True, dtype=False)[[column]]
    refined: dict[str, list[str]] = {}
    for step in REFINERS:
        storage = InMemory(frame)
        operator(*step).run(storage=storage, input_key=column)
        frame = storage.frame
        refined[step[0]] = frame[column].tolist()
    kept: dict[str, list[int]] = {}
    for step in FILTERS:
        storage = InMemory(frame)
        operator(*step).run(storage=storage, input_key=column)
        kept[step[0]] = storage.frame.index.tolist()
    target.write_text(json.dumps({"refined": refined, "kept": kept}), encoding="utf-8")


def main() -> None:
    """Parse and do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("run", "verdicts"))
    parser.add_argument("source")
    parser.add_argument("column")
    parser.add_argument("target", type=Path)
    parser.add_argument("--no-minhash", action="store_true")
    args = parser.parse_args()
    if args.what == "run":
        run(args.source, args.column, args.target, minhash=not args.no_minhash)
    else:
        verdicts(args.source, args.column, args.target)


if __name__ == "__main__":
    main()
