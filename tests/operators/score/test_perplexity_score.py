"""perplexity_score: low for what the model knows, by characters offline, by tokens with a language model."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score._english_prose import PROSE
from dataflow_agent.operators.score._ngram_model import CharacterModel
from dataflow_agent.operators.score._transformer import open_causal
from dataflow_agent.operators.score.perplexity_score import PerplexityScore

Make = Callable[..., Path]
ENGLISH = "The committee met in the morning and agreed on a plan for the coming year."


def scores(texts: list[Any], resources: dict[str, str] | None = None, **options: Any) -> list[float | None]:
    rows = apply_rows(
        PerplexityScore(**options), [{"text": text} for text in texts], Context(resources=resources or {})
    )
    return [row["perplexity_score"] for row in rows]


def test_english_is_below_german_is_below_noise_is_below_another_script() -> None:
    german = "Der Ausschuss trat am Morgen zusammen und einigte sich auf einen Plan."
    found = scores([ENGLISH, german, "asdkj qwpoe zxmnb lkjasd qoweiu", "委员会上午开会，商定了明年的计划。"])
    assert all(one is not None for one in found)
    assert found == sorted(found, key=lambda one: one or 0)
    assert 1 < (found[0] or 0) < 10 < (found[1] or 0)
    assert (found[3] or 0) > 200


def test_the_example_has_the_perplexity_of_its_characters_under_the_built_in_prose() -> None:
    model = CharacterModel([pl.Series(PROSE.split("\n\n"))], 10**6)
    assert scores(["The"]) == [pytest.approx(model.perplexities(pl.Series(["the"]))[0], abs=1e-4)]


def test_a_reference_makes_its_own_language_likely(tmp_path: Path) -> None:
    plain, table = tmp_path / "good.txt", tmp_path / "good.jsonl"
    german = ["Der Hund läuft über die Straße.", "Die Katze schläft auf der Straße."]
    plain.write_text("\n".join(german), encoding="utf-8")
    table.write_bytes(b"\n".join(orjson.dumps({"body": text, "n": 1}) for text in german))
    text = "Der Hund schläft."
    (built_in,) = scores([text])
    by_lines = scores([text], {"good": str(plain)}, reference="good")
    by_rows = scores([text], {"good": str(table)}, reference="good", reference_column="body")
    assert by_lines == by_rows
    assert (by_lines[0] or 0) < (built_in or 0) / 5


def test_a_reference_that_cannot_serve_is_named(tmp_path: Path) -> None:
    files = {
        "a.txt": b"caf\xe9\n",
        "b.jsonl": b'{"body": "x"}\n',
        "c.txt": b"\n \n",
        "d.jsonl": b'{"text": "x"}\n{oops\n',
    }
    hints = {"a.txt": "line 1 is not UTF-8", "b.jsonl": "reference_column", "c.txt": "no text", "d.jsonl": "row 2"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InvalidInput, match=hints[name]):
            scores(["a"], {"good": str(tmp_path / name)}, reference="good")
    with pytest.raises(InvalidInput, match="--resource good=PATH"):
        scores(["a"], reference="good")


def test_a_changed_reference_is_another_fingerprint(tmp_path: Path) -> None:
    path, operator = tmp_path / "good.txt", PerplexityScore(reference="good")
    path.write_text("one")
    before = operator.resource_fingerprints({"good": str(path)})
    path.write_text("two")
    assert operator.resource_fingerprints({"good": str(path)}) != before


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"reference": "r", "backend": "transformers", "model": "m"}, "reference is for backend offline"),
        ({"stride_tokens": 8, "window_tokens": 8}, "stride_tokens must be below"),
    ],
)
def test_options_that_say_nothing_together_are_refused(options: dict[str, Any], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        PerplexityScore(**options)


def test_odd_values_have_a_number_or_none_and_disturb_nobody() -> None:
    texts: list[Any] = ["", None, 5, ["a"], "\u200b", "e\u0301 🏳️‍🌈", "\ufeff", "a" * 10_000, ENGLISH, True, 1.5]
    found = scores(texts)
    assert [one is None for one in found] == [True, True, True, True, False, False, False, False, False, True, True]
    assert found[8] == scores([ENGLISH])[0]


def test_rows_without_a_score_fall_under_on_null() -> None:
    rows = [{"text": ""}, {"text": None}, {"text": ENGLISH}]
    assert len(apply_rows(PerplexityScore(), rows)) == 3
    assert len(apply_rows(PerplexityScore(on_null="drop"), rows)) == 1
    records = apply_outcome(PerplexityScore(on_null="fail"), batch_of(rows)).records
    assert records is not None
    assert records["fate"].to_list() == ["failed", "failed", "kept"]


@pytest.mark.torch
def test_with_a_model_it_is_exp_of_the_mean_loss_and_a_model_without_a_padding_token_takes_batches(
    tiny_causal: Make,
) -> None:
    # The reference pads with a token that GPT-2 does not have, and so cannot run at all.
    folder = str(tiny_causal())
    texts = ["the cat sat", "a big red dog ran on the mat .", "", None, "dog"]
    found = scores(texts, {"m": folder}, backend="transformers", model="m")
    model = open_causal("m", {"m": folder}, "test")
    for text, one in zip(texts, found, strict=True):
        if not text:
            assert one is None
            continue
        (loss,) = model.losses([None], [text])
        assert one == pytest.approx(math.exp(loss.total / len(text.split())), rel=1e-4)


@pytest.mark.torch
def test_with_a_model_the_end_of_a_long_text_counts(tiny_causal: Make) -> None:
    # The reference looks at the first 1,024 tokens only.
    resources = {"m": str(tiny_causal())}
    start = "the cat sat on the mat . " * 10
    same, other = scores([start + "the cat", start + "2 6"], resources, backend="transformers", model="m")
    assert same != other
    windows = [
        scores([start], resources, backend="transformers", model="m", window_tokens=16, stride_tokens=stride)
        for stride in (2, 8)
    ]
    assert windows[0] != windows[1]
