"""toxicity_score: abuse weighs by kind and density, disguises are seen, what resembles them is not."""

from collections.abc import Callable
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dataflow_agent.operators.core import Context, InvalidInput, RowError
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.score._abuse import SEVERITY, terms_of
from dataflow_agent.operators.score.toxicity_score import ToxicityScore
from hypothesis import given
from hypothesis import strategies as st

SEVERE, STRONG, MILD = (1 - exp(-weight) for weight in (1.0, 0.5, 0.25))
Make = Callable[..., Path]


def scored(text: Any, ctx: Context | None = None, **options: Any) -> Any:
    rows = [{"text": text}, {"text": "so that the column is text"}]
    return apply_rows(ToxicityScore(**options), rows, ctx)[0]["toxicity"]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("kill yourself", 1.0),
        ("Kill\nYOURSELF!", 1.0),
        ("what an asshole", 0.5),
        ("oh shit, it rains", 0.25),
        ("oh shit, shit, it rains", 0.5),
        ("The Idiot is a novel.", 0.25),
        ("you are an idiot", 0.75),
        ("You're such a total moron", 0.75),
        ("u r stupid", 0.5),
        ("are you really that kind", 0.0),
        ("Are you stupid?", 0.5),
        ("fuck you", 0.75),
        ("你是个白痴", 0.25),
        ("你这个傻逼，滚蛋", 0.75),
    ],
)
def test_each_occurrence_weighs_by_its_kind(text: str, weight: float) -> None:
    assert scored(text) == pytest.approx(1 - exp(-weight))


@pytest.mark.parametrize(
    "text",
    [
        "sh1t", "SH!T", "$hit", "f*ck", "f**k", "fuuuck", "fuuuckkk", "s h i t", "S.H.I.T", "s-h-i-t", "ｓｈｉｔ",
        "sh\u00adit", "sh\u200bit", "b!tch3s", "m0r0n", "id1ot", "jack@ss", "*sh1t*", "(sh1t)", "bitche$",
    ],
)  # fmt: skip
def test_a_term_is_found_in_simple_disguise(text: str) -> None:
    assert scored(f"well, {text} happens") == pytest.approx(MILD)


@pytest.mark.parametrize("text", ["a$$hole", "@sshole", "assho1e", "4ss a55hole", "d1ckhe@d"])
def test_a_sign_may_stand_for_a_letter_at_any_place(text: str) -> None:
    assert scored(text) == pytest.approx(STRONG)


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe and the assassin's classic cockpit", "a shiitake mushroom", "Samsung A55 and A$$", "5h17 and 5417",
        "x**2 + y**2", "**bold**s and *it*", "base64 sha1 utf8 h264 x86_64", "user@shire.org", "$h17 is no price",
        "s h e l l", "a b c d e f", "I F U you C K", "aaaargh, hmmm, zzz", "www.example.org", "you are not stupid",
        "if you fool yourself you freak out", "What doesn't kill you makes you stronger.", "the retarded spark timing",
        "You are an ideal reader.", "spic and span", "出去死角", "😀🤬", "!!!!", "****", "f***", "@@@@ $$$$ 1337",
    ],
)  # fmt: skip
def test_what_only_resembles_a_term_is_none(text: str) -> None:
    assert scored(text) == 0.0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_term_of_the_lexicon_is_found_with_at_least_its_weight(language: Any) -> None:
    for level, listed in terms_of([language]).items():
        assert listed
        for term in listed:
            least = 1 - exp(-SEVERITY[level])
            assert scored(f"{term}.", languages=[language]) >= least - 1e-12, term


def test_no_term_stands_on_two_levels() -> None:
    listed = [term for terms in terms_of(["en", "zh"]).values() for term in terms]
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize(("words", "share"), [(1, 1.0), (20, 1.0), (21, 20 / 21), (200, 0.1)])
def test_the_weight_counts_for_20_words(words: int, share: float) -> None:
    text = " ".join(["shit", *["word"] * (words - 1)])
    assert scored(text) == pytest.approx(1 - exp(-0.25 * share))


@pytest.mark.parametrize("text", ["", "  \n", "Good morning."])
def test_a_text_without_a_term_has_exactly_0(text: str) -> None:
    assert scored(text) == 0.0


@pytest.mark.parametrize("value", [None, 5, float("nan"), ["shit"], {"a": "shit"}, True])
def test_what_is_no_text_has_null_and_falls_under_on_null(value: Any) -> None:
    # In the reference a judgement that failed passes the filter.
    assert scored(value) is None
    rows = [{"text": value}, {"text": "fine"}]
    for on_null, fate in (("keep", "kept"), ("drop", "dropped"), ("fail", "failed")):
        records = apply_outcome(ToxicityScore(on_null=on_null), batch_of(rows)).records  # type: ignore[arg-type]
        assert records is not None
        assert records["fate"].to_list() == [fate, "kept"]


def test_only_the_languages_asked_for_are_looked_for() -> None:
    assert scored("白痴", languages=["en"]) == 0.0
    assert scored("idiot", languages=["zh"]) == 0.0
    assert ToxicityScore(languages=("zh", "zh")).languages == ("zh",)
    with pytest.raises(ValueError, match="languages"):
        ToxicityScore(languages=())


def test_own_terms_join_the_lexicon(tmp_path: Path) -> None:
    (tmp_path / "terms.txt").write_text("# rude here\nbounder\nBlithering Fool\n", encoding="utf-8")
    ctx = Context(resources={"rude": str(tmp_path / "terms.txt")})
    operator = ToxicityScore(terms_file="rude")
    for text, expected in (
        ("You bounder!", STRONG),
        ("b0under", STRONG),
        ("a blithering fool", STRONG),
        ("idiot", MILD),
        ("founder", 0.0),
    ):
        assert scored(text, ctx, terms_file="rude") == pytest.approx(expected)
    before = operator.resource_fingerprints(ctx.resources)
    (tmp_path / "terms.txt").write_text("cad\n", encoding="utf-8")
    assert operator.resource_fingerprints(ctx.resources) != before
    with pytest.raises(InvalidInput, match="--resource rude=PATH"):
        operator.open(Context())


@given(
    st.lists(st.sampled_from(["shit", "fine", "you are an idiot", "sh1t", "猫", "\n", "kill yourself"]), max_size=30)
)
def test_the_score_is_below_1_and_one_more_oath_raises_it(words: list[str]) -> None:
    text = " ".join(words)
    before = scored(text)
    assert 0 <= before < 1
    if len(text.split()) < 15:
        assert scored(f"{text} shit") > before


@given(st.lists(st.none() | st.text(max_size=8) | st.sampled_from(["sh1t", "f u c k", "fuck you"]), min_size=1))
def test_a_row_scores_the_same_in_any_batch(texts: list[str | None]) -> None:
    batch, operator = batch_of([{"text": text} for text in [*texts, "a text"]]), ToxicityScore()
    state = operator.open(Context())
    whole = operator.apply(batch, state).rows.rows()
    assert [row for n in range(len(batch)) for row in operator.apply(batch.slice(n, 1), state).rows.rows()] == whole


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"backend": "transformers"}, "needs a model"),
        ({"model": "m"}, "backend offline uses no model"),
        ({"label": "toxic"}, "label is for backend transformers"),
        ({"backend": "transformers", "model": "m", "terms_file": "t"}, "terms_file is for backend offline"),
    ],
)
def test_options_of_the_other_backend_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        ToxicityScore(**options)


def by_model(folder: Path, rows: list[Any], **options: Any) -> list[float | None]:
    operator = ToxicityScore(backend="transformers", model="m", **options)
    found = apply_rows(operator, [{"text": row} for row in rows], Context(resources={"m": str(folder)}))
    return [row["toxicity"] for row in found]


@pytest.mark.torch
@pytest.mark.parametrize(("labels", "place"), [(("neutral", "toxic"), 1), (("TOXICITY", "insult", "other"), 0)])
def test_a_model_gives_the_probability_of_its_toxic_label(
    tiny_classifier: Make, labels: tuple[str, ...], place: int
) -> None:
    folder = tiny_classifier(labels=labels)
    ctx = Context(resources={"m": str(folder)})
    model = ToxicityScore(backend="transformers", model="m").classifier(ctx)
    texts = ["the cat sat", "dog", "a big red dog . " * 30]
    logits = model.logits(texts, whole=True)
    expected = (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[:, place]
    assert by_model(folder, texts) == pytest.approx(expected.tolist(), abs=1e-4)
    assert by_model(folder, [*texts, None, "", " "])[3:] == [None, 0.0, 0.0]
    assert by_model(folder, texts, label=labels[1 - place]) == pytest.approx(
        (np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))[:, 1 - place].tolist(), abs=1e-4
    )


@pytest.mark.torch
def test_labels_that_do_not_exclude_each_other_are_read_one_by_one(tiny_classifier: Make) -> None:
    several = tiny_classifier("several", labels=("insult", "toxic"), problem_type="multi_label_classification")
    single = tiny_classifier("single", labels=("score",))
    for folder, place in ((several, 1), (single, 0)):
        ctx = Context(resources={"m": str(folder)})
        logits = ToxicityScore(backend="transformers", model="m").classifier(ctx).logits(["the cat sat"])
        assert by_model(folder, ["the cat sat"]) == pytest.approx([1 / (1 + exp(-logits[0, place]))], abs=1e-4)


@pytest.mark.torch
def test_a_model_without_a_toxic_label_is_refused_with_the_labels_it_has(tiny_classifier: Make) -> None:
    with pytest.raises(InvalidInput, match="bad, good"):
        by_model(tiny_classifier(), ["the cat"])
    with pytest.raises(InvalidInput, match="no label 'worse'"):
        by_model(tiny_classifier(), ["the cat"], label="worse")


@pytest.mark.torch
def test_a_model_that_gives_no_number_fails_the_row_and_lets_nothing_pass(tiny_classifier: Make) -> None:
    import torch

    operator = ToxicityScore(backend="transformers", model="m")
    model: Any = operator.open(Context(resources={"m": str(tiny_classifier(labels=("fine", "toxic")))}))
    with torch.no_grad():
        model._opened.model.classifier.bias.fill_(float("nan"))
    with pytest.raises(RowError, match="no number"):
        operator.apply(batch_of([{"text": "the cat"}]), model)
