"""What tests of operators share: a scripted model to ask, and tiny local models in the form that transformers reads."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.operators.core import Context, Operator, Request
from dataflow_agent.operators.core.testing import Scripted, ScriptedLLM, apply_outcome, batch_of

Make = Callable[..., Path]
WORDS = "<s> </s> [PAD] [UNK] the cat dog sat ran on mat a big red . 1 2 3 4 5 6 Query: Score: Ask: Say:".split()
SMALL = {
    "gpt2": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 32},
    "llama": {
        "hidden_size": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 32,
    },
}


@pytest.fixture
def tiny_causal(tmp_path: Path) -> Make:
    """Makes a folder with a language model of few words; options are those of its configuration."""

    def make(name: str = "causal", kind: str = "gpt2", start: bool = True, **config: Any) -> Path:
        import torch
        import transformers

        torch.manual_seed(0)
        configured, built = {
            "gpt2": (transformers.GPT2Config, transformers.GPT2LMHeadModel),
            "llama": (transformers.LlamaConfig, transformers.LlamaForCausalLM),
        }[kind]
        options = {"vocab_size": len(WORDS), "initializer_range": 0.5, **SMALL[kind], **config}
        special = {"bos_token": "<s>", "eos_token": "</s>"} if start else {}
        return _saved(tmp_path / name, built(configured(**options)), special)

    return make


@pytest.fixture
def tiny_classifier(tmp_path: Path) -> Make:
    """Makes a folder with a classifier of few words; options are those of its configuration."""

    def make(
        name: str = "classifier", labels: Sequence[str] = ("bad", "good"), kind: str = "bert", **config: Any
    ) -> Path:
        import torch
        import transformers

        torch.manual_seed(1)
        configured, built = {
            "bert": (transformers.BertConfig, transformers.BertForSequenceClassification),
            "roberta": (transformers.RobertaConfig, transformers.RobertaForSequenceClassification),
            "gpt2": (transformers.GPT2Config, transformers.GPT2ForSequenceClassification),
        }[kind]
        encodes = kind != "gpt2"
        options = {
            **(SMALL["llama"] | {"pad_token_id": 2} if encodes else SMALL["gpt2"]),
            "vocab_size": len(WORDS),
            "initializer_range": 0.5,
            "id2label": dict(enumerate(labels)),
            "label2id": {label: n for n, label in enumerate(labels)},
        }
        special = {"bos_token": "<s>", "eos_token": "</s>"} | ({"pad_token": "[PAD]"} if encodes else {})
        return _saved(tmp_path / name, built(configured(**(options | config))), special, frame=encodes)

    return make


def _saved(folder: Path, model: Any, special: dict[str, str], frame: bool = False) -> Path:
    """The model beside a tokenizer that cuts at white space; with `frame` it puts start and end around texts."""
    import tokenizers
    import transformers

    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    if frame:
        words.post_processor = tokenizers.processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 1)]
        )
    names = ["input_ids", "token_type_ids", "attention_mask"] if frame else ["input_ids", "attention_mask"]
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="[UNK]", model_input_names=names, **special
    )
    model.save_pretrained(folder, safe_serialization=True)
    tokenizer.save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class Told:
    """What came of asking: the rows that go on, the fate of each row with its reason, and what was asked."""

    rows: list[dict[str, Any]]
    fates: list[tuple[str, str | None]]
    details: list[str | None]
    asked: list[Request]


Replies = Sequence[Scripted] | Callable[[Request], Scripted]
Tell = Callable[[Operator, Sequence[dict[str, Any]], Replies], Told]


@pytest.fixture(scope="session")
def told() -> Tell:
    """Runs an operator over rows with a scripted model: `told(operator, rows, replies)`."""

    def run(operator: Operator, rows: Sequence[dict[str, Any]], replies: Replies) -> Told:
        llm = ScriptedLLM(replies)
        outcome = apply_outcome(operator, batch_of(rows), Context(llm=llm))
        if outcome.records is None:
            kept: list[tuple[str, str | None]] = [("kept", None)] * len(rows)
            return Told(outcome.rows.rows(), kept, [None] * len(rows), llm.asked)
        records = outcome.records.to_dicts()
        fates = [(one["fate"], one["reason"]) for one in records]
        return Told(outcome.rows.rows(), fates, [one.get("detail") for one in records], llm.asked)

    return run
