"""Local models: only safe folders open, and batches, padding and windows change no number."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataflow_agent.operators.core import InvalidInput, RowError
from dataflow_agent.operators.score._batches import batches
from dataflow_agent.operators.score._transformer import open_causal, open_classifier
from dataflow_agent.operators.score.perplexity_score import PerplexityScore
from hypothesis import given
from hypothesis import strategies as st

Make = Callable[..., Path]
TEXTS = ["the cat sat on the mat .", "dog", "a big red dog ran on the mat . the cat sat", "", "the the the the"]
needs_torch = pytest.mark.torch


def bound(folder: Path) -> dict[str, str]:
    return {"m": str(folder)}


def by_hand(folder: Path, head: list[int], ids: list[int]) -> list[float]:
    """The loss of each token of a text behind some others, alone in its batch and without a mask."""
    import torch
    import transformers

    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        logits = model(torch.tensor([head + ids])).logits[0].double()
    chances = torch.log_softmax(logits, -1)
    return [-float(chances[len(head) + n - 1, token]) for n, token in enumerate(ids)]


def ids_of(text: str) -> list[int]:
    words = "<s> </s> [PAD] [UNK] the cat dog sat ran on mat a big red . 1 2 3 4 5 6 Query: Score: Ask: Say:".split()
    return [words.index(word) for word in text.split()]


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(1, 100))
def test_batches_hold_each_text_once_within_the_budget(lengths: list[int], budget: int) -> None:
    made = list(batches(lengths, budget))
    assert sorted(place for batch in made for place in batch) == list(range(len(lengths)))
    sizes = [[lengths[place] for place in batch] for batch in made]
    assert all(len(batch) == 1 or max(batch) * len(batch) <= budget for batch in sizes)
    assert all(max(left) <= min(right) for left, right in pairwise(sizes))


@needs_torch
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_losses_in_a_padded_batch_are_those_of_each_text_alone(tiny_causal: Make, kind: str) -> None:
    folder = tiny_causal(kind=kind)
    model = open_causal("m", bound(folder), "test")
    prompts = [None, "the cat", None, "dog", "a big red dog"]
    losses = model.losses(prompts, TEXTS)
    for prompt, text, loss in zip(prompts, TEXTS, losses, strict=True):
        expected = by_hand(folder, [0, *ids_of(prompt or "")], ids_of(text)) if text else []
        assert loss.tokens == len(text.split())
        assert loss.total == pytest.approx(sum(expected), abs=1e-4)
    assert losses[3].perplexity is None
    assert model.losses(prompts[:1], TEXTS[:1])[0].total == pytest.approx(losses[0].total, abs=1e-4)


@needs_torch
def test_without_a_start_token_the_first_token_is_not_guessed(tiny_causal: Make) -> None:
    folder = tiny_causal(start=False)
    one, many = open_causal("m", bound(folder), "test").losses([None, None], ["dog", "the cat sat"])
    assert one.tokens == 0
    assert one.perplexity is None
    assert many.tokens == 2
    assert many.total == pytest.approx(sum(by_hand(folder, ids_of("the"), ids_of("cat sat"))), abs=1e-4)


@needs_torch
def test_a_long_text_is_read_in_windows_that_guess_each_token_once_behind_the_prompt(tiny_causal: Make) -> None:
    folder = tiny_causal()
    text = "the cat sat on the mat . a dog ran"
    ids = ids_of(text)
    head = [0, *ids_of("big red")]
    (loss,) = open_causal("m", bound(folder), "test").losses(["big red"], [text], window=8, stride=2)
    # Five tokens of text fit behind the start token and the prompt; then two new ones behind three seen.
    expected = by_hand(folder, head, ids[:5])
    for first in (5, 7, 9):
        new = ids[first : first + 2]
        begin = first + len(new) - 5
        expected += by_hand(folder, head + ids[begin:first], new)
    assert loss.tokens == 10
    assert loss.total == pytest.approx(sum(expected), abs=1e-4)


@needs_torch
def test_of_a_prompt_longer_than_half_a_window_the_beginning_is_left_out(tiny_causal: Make) -> None:
    folder = tiny_causal()
    prompt = "cat cat cat cat cat cat cat cat the dog sat"
    (loss,) = open_causal("m", bound(folder), "test").losses([prompt], ["on the mat"], window=8)
    assert loss.total == pytest.approx(
        sum(by_hand(folder, [0, *ids_of("the dog sat")], ids_of("on the mat"))), abs=1e-4
    )


@needs_torch
def test_a_text_beyond_the_model_is_read_to_its_end_though_the_window_allows_more(tiny_causal: Make) -> None:
    (loss,) = open_causal("m", bound(tiny_causal()), "test").losses([None], ["the cat sat " * 40], window=10_000)
    assert loss.tokens == 120


@needs_torch
def test_a_special_token_spelled_in_a_text_is_text(tiny_causal: Make) -> None:
    (loss,) = open_causal("m", bound(tiny_causal()), "test").losses([None], ["the</s>cat"])
    assert loss.tokens == 1


@needs_torch
def test_choices_are_weighed_by_the_token_behind_the_last_of_the_prompt(tiny_causal: Make) -> None:
    import torch
    import transformers

    folder = tiny_causal()
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    texts = ["the cat", "a big red dog ran on the mat", ""]
    found = open_causal("m", bound(folder), "test").choice_probabilities(
        [("Query: ", text, " Score:") for text in texts], ["1", "2", "3"]
    )
    for text, row in zip(texts, found, strict=True):
        with torch.no_grad():
            logits = model(torch.tensor([ids_of(f"Query: {text} Score:")])).logits[0, -1]
        weights = np.exp(logits.double().numpy()[ids_of("1 2 3")])
        assert row == pytest.approx(weights / weights.sum(), abs=1e-5)


@needs_torch
def test_a_prompt_that_does_not_fit_loses_the_end_of_its_longest_value_only(tiny_causal: Make) -> None:
    model = open_causal("m", bound(tiny_causal()), "test")
    choices = ["1", "2"]
    cut = model.choice_probabilities([("Ask: ", "dog", " Say: ", "the cat sat " * 20, " Score:")], choices)
    # 32 tokens fit: 28 of the value beside Ask:, dog, Say: and Score:.
    whole = " ".join(("the cat sat " * 20).split()[:28])
    assert cut == pytest.approx(model.choice_probabilities([("Ask: dog Say: ", whole, " Score:")], choices), abs=1e-6)
    with pytest.raises(RowError, match="prompt_too_long"):
        model.choice_probabilities([("the " * 40, "x", "")], choices)


@needs_torch
def test_a_choice_that_is_no_single_token_is_refused(tiny_causal: Make) -> None:
    with pytest.raises(InvalidInput, match="with one token"):
        open_causal("m", bound(tiny_causal()), "test").choice_probabilities([("the",)], ["1 2"])


def alone(folder: Path, ids: list[int], **more: Any) -> Any:
    import torch
    import transformers

    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        return model(torch.tensor([ids]), **{k: torch.tensor([v]) for k, v in more.items()}).logits[0].numpy()


@needs_torch
@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_a_classifier_gives_each_text_what_it_has_alone(tiny_classifier: Make, kind: str) -> None:
    folder = tiny_classifier(kind=kind)
    model = open_classifier("m", bound(folder), "test")
    found = model.logits(TEXTS)
    for text, row in zip(TEXTS, found, strict=True):
        assert row == pytest.approx(alone(folder, [0, *ids_of(text), 1]), abs=1e-4)
    weights = np.exp(found)
    assert model.label_probabilities(TEXTS) == pytest.approx(weights / weights.sum(axis=1, keepdims=True), abs=1e-6)


@needs_torch
def test_pairs_reach_the_model_as_two_segments(tiny_classifier: Make) -> None:
    folder = tiny_classifier()
    (row,) = open_classifier("m", bound(folder), "test").logits(["the cat"], ["a dog ran"])
    ids = [0, *ids_of("the cat"), 1, *ids_of("a dog ran"), 1]
    assert row == pytest.approx(alone(folder, ids, token_type_ids=[0] * 4 + [1] * 4), abs=1e-4)


@needs_torch
def test_labels_that_may_hold_together_each_have_a_probability_of_their_own(tiny_classifier: Make) -> None:
    folder = tiny_classifier(problem_type="multi_label_classification")
    model = open_classifier("m", bound(folder), "test")
    assert model.label_probabilities(TEXTS) == pytest.approx(1 / (1 + np.exp(-model.logits(TEXTS))), abs=1e-6)


@needs_torch
def test_a_model_that_judges_by_the_last_token_is_not_led_astray_by_padding(tiny_classifier: Make) -> None:
    folder = tiny_classifier(kind="gpt2")
    model = open_classifier("m", bound(folder), "test")
    found = model.logits(TEXTS)
    for text, row in zip(TEXTS, found, strict=True):
        if text:
            assert row == pytest.approx(alone(folder, ids_of(text)), abs=1e-4)
    # No token at all: no number, rather than one that looks like a judgement.
    assert np.isnan(found[3]).all()
    padded = open_classifier("m", bound(tiny_classifier("padded", kind="gpt2", pad_token_id=2)), "test")
    assert padded.logits(TEXTS)[[0, 1, 2, 4]] == pytest.approx(found[[0, 1, 2, 4]], abs=1e-4)


@needs_torch
@pytest.mark.parametrize(("kind", "fits"), [("bert", 30), ("roberta", 27)])
def test_a_long_text_is_cut_at_the_limit_or_read_in_pieces(tiny_classifier: Make, kind: str, fits: int) -> None:
    folder = tiny_classifier(kind=kind)
    model = open_classifier("m", bound(folder), "test")
    words = ("the cat sat on a big red mat . dog ran " * 4).split()
    first, second = " ".join(words[:fits]), " ".join(words[fits:])
    assert model.logits([" ".join(words)]) == pytest.approx(model.logits([first]), abs=1e-4)
    pieces = model.logits([first, second])
    sizes = np.array([[fits + 2], [len(words) - fits + 2]])
    assert model.logits([" ".join(words)], whole=True) == pytest.approx(
        (pieces * sizes).sum(axis=0, keepdims=True) / sizes.sum(), abs=1e-4
    )


@needs_torch
def test_the_output_of_a_regression_is_its_value_and_several_need_a_label(tiny_classifier: Make) -> None:
    one = open_classifier("m", bound(tiny_classifier("one", labels=["score"])), "test")
    assert one.values(TEXTS) == pytest.approx(one.logits(TEXTS)[:, 0])
    with pytest.raises(InvalidInput, match="single output"):
        one.label_probabilities(TEXTS)
    two = open_classifier("m", bound(tiny_classifier("two")), "test")
    assert two.values(TEXTS, label="good") == pytest.approx(two.logits(TEXTS)[:, 1])
    for label in (None, "fine"):
        with pytest.raises(InvalidInput, match="bad, good"):
            two.values(TEXTS, label=label)


@needs_torch
def test_a_chat_is_written_by_the_template_of_the_tokenizer(tiny_classifier: Make) -> None:
    folder = tiny_classifier(labels=["reward"])
    template = "{% for m in messages %}{{ 'Ask: ' if m.role == 'user' else 'Say: ' }}{{ m.content + ' ' }}{% endfor %}"
    (folder / "chat_template.jinja").write_text(template)
    found = open_classifier("m", bound(folder), "test").rewards(["the cat", "dog"], ["sat .", "a big dog ran"])
    for row, chat in zip(found, ["Ask: the cat Say: sat .", "Ask: dog Say: a big dog ran"], strict=True):
        assert row == pytest.approx(float(alone(folder, ids_of(chat))[0]), abs=1e-4)


def model_folder(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_bytes(b"{}")
    return folder


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.pkl", "model.ckpt"])
def test_weights_that_would_be_unpickled_are_refused_by_name(tmp_path: Path, name: str) -> None:
    folder = model_folder(tmp_path / "model", "config.json", "tokenizer.json", name)
    with pytest.raises(InvalidInput, match=f"{name} may run code"):
        open_causal("m", bound(folder), "test")


def test_an_index_of_shards_may_name_only_safetensors_of_the_folder(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model", "config.json", "inside.bin", "inside.safetensors")
    index = folder / "model.safetensors.index.json"
    for shard in ("inside.bin", "../outside.safetensors"):
        index.write_text(json.dumps({"weight_map": {"a": "inside.safetensors", "b": shard}}))
        with pytest.raises(InvalidInput, match=shard):
            open_causal("m", bound(folder), "test")
    index.write_text("[]")
    with pytest.raises(InvalidInput, match="cannot be read"):
        open_causal("m", bound(folder), "test")


def test_a_folder_without_a_model_and_a_name_without_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no config\.json"):
        open_causal("m", bound(model_folder(tmp_path / "model", "notes.txt")), "test")
    with pytest.raises(InvalidInput, match=r"no config\.json"):
        open_causal("m", bound(tmp_path / "model" / "notes.txt"), "test")
    with pytest.raises(InvalidInput, match="--resource m=PATH"):
        open_causal("m", {}, "test")


@needs_torch
def test_code_beside_a_model_never_runs(tiny_causal: Make, tmp_path: Path) -> None:
    folder = tiny_causal()
    ran = tmp_path / "ran"
    (folder / "modeling_own.py").write_text(f"open({str(ran)!r}, 'w')\nclass Own: ...\n")
    config = json.loads((folder / "config.json").read_text())
    auto_map = {"AutoConfig": "modeling_own.Own", "AutoModelForCausalLM": "modeling_own.Own"}
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "own_kind", "auto_map": auto_map}))
    with pytest.raises(InvalidInput, match="cannot load it"):
        open_causal("m", bound(folder), "test")
    assert not ran.exists()


@needs_torch
def test_a_model_that_lacks_its_head_is_refused_rather_than_filled_with_random_numbers(tiny_causal: Make) -> None:
    with pytest.raises(InvalidInput, match="weights lack"):
        open_classifier("m", bound(tiny_causal()), "test")


@needs_torch
def test_broken_weights_are_a_fault_of_the_resource(tiny_causal: Make) -> None:
    folder = tiny_causal()
    (folder / "model.safetensors").write_bytes(b"not safetensors")
    with pytest.raises(InvalidInput, match="'m' is no model that can be used"):
        open_causal("m", bound(folder), "test")


@needs_torch
def test_without_a_gpu_cuda_is_refused(tiny_causal: Make) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(InvalidInput, match="no GPU"):
        open_causal("m", bound(tiny_causal()), "test", "cuda")


@needs_torch
def test_loading_says_nothing_on_the_terminal(tiny_causal: Make, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tiny_causal()
    capfd.readouterr()
    open_causal("m", bound(folder), "test")
    assert capfd.readouterr() == ("", "")


def test_backend_and_model_go_together() -> None:
    with pytest.raises(ValueError, match="needs a model"):
        PerplexityScore(backend="transformers")
    with pytest.raises(ValueError, match="offline uses no model"):
        PerplexityScore(model="m")


def test_a_changed_model_is_another_fingerprint(tmp_path: Path) -> None:
    operator = PerplexityScore(backend="transformers", model="m")
    folder = model_folder(tmp_path / "model", "config.json", "model.safetensors")
    before = operator.resource_fingerprints(bound(folder))
    assert before == operator.resource_fingerprints(bound(folder))
    (folder / "model.safetensors").write_bytes(b"[]")
    assert operator.resource_fingerprints(bound(folder)) != before
    assert PerplexityScore().resource_fingerprints({}) == {}


def test_a_missing_library_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model", "config.json", "model.safetensors")
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from dataflow_agent.operators.score._transformer import open_causal\n"
        f"open_causal('m', {bound(folder)!r}, 'test')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "test needs torch; install with: pip install 'dataflow-agent[models]'" in done.stderr
