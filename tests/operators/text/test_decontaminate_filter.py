"""decontaminate_filter: runs of words shared with a benchmark are found, counted and named, and nothing else is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from dataflow_agent.operators.core import Context, InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import apply_outcome, apply_rows, batch_of
from dataflow_agent.operators.text.decontaminate_filter import DecontaminateFilter
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import given, settings
from hypothesis import strategies as st

QUESTION = "a b c d e f g h i j k l m n"
"""A benchmark text of 14 words, so of two runs of 13."""


def measured(texts: Sequence[str | None], benchmark: Sequence[str], **options: Any) -> list[dict[str, Any]]:
    operator = DecontaminateFilter(benchmark_texts=tuple(benchmark), **options)
    rows = batch_of([{"text": "zz"}, *({"text": text} for text in texts)])
    records = apply_outcome(operator, rows).records
    assert records is not None
    return records.to_dicts()[1:]


def metrics(text: str, *benchmark: str, **options: Any) -> tuple[int, float]:
    (record,) = measured([text], benchmark, **options)
    return record["shared_ngrams"], record["shared_ratio"]


def from_files(path: Path, text: str, **options: Any) -> dict[str, Any]:
    operator = DecontaminateFilter(benchmark="bench", **{"ngram_words": 4, **options})
    records = apply_outcome(operator, batch_of([{"text": text}]), Context(resources={"bench": str(path)})).records
    assert records is not None
    return records.to_dicts()[0]


@pytest.mark.parametrize(
    ("text", "runs", "fate"),
    [
        ("", 0, "kept"),
        ("x a b c d e f g h i j k l y", 0, "kept"),
        ("x a b c d e f g h i j k l m y", 1, "dropped"),
        ("x a b c d e f g h i j k l m n y", 2, "dropped"),
        ("a b c d e f g x h i j k l m n", 0, "kept"),
        ("n m l k j i h g f e d c b a", 0, "kept"),
    ],
)
def test_by_default_one_run_of_thirteen_words_drops_a_text_and_one_of_twelve_does_not(
    text: str, runs: int, fate: str
) -> None:
    (record,) = measured([text], [QUESTION])
    assert (record["shared_ngrams"], record["fate"]) == (runs, fate)


@pytest.mark.parametrize(("most", "fate"), [(0, "dropped"), (1, "dropped"), (2, "kept"), (None, "dropped")])
def test_the_number_of_runs_kept_is_inclusive(most: int | None, fate: str) -> None:
    assert measured([f"x {QUESTION} x"], [QUESTION], max_shared_ngrams=most)[0]["fate"] == fate


@pytest.mark.parametrize(("most", "fate"), [(0.5, "kept"), (0.49, "dropped"), (1.0, "kept"), (0.0, "dropped")])
def test_the_share_of_words_kept_is_inclusive_and_alone_decides_where_it_is_given_alone(most: float, fate: str) -> None:
    (record,) = measured(["x x a b c d x x"], ["a b c d"], ngram_words=4, max_shared_ratio=most)
    assert (record["shared_ratio"], record["fate"]) == (0.5, fate)


def test_each_of_two_limits_drops() -> None:
    options: dict[str, Any] = {"ngram_words": 2, "max_shared_ngrams": 1, "max_shared_ratio": 0.5}
    fates = [r["fate"] for r in measured(["a b x x", "a b x a b x", "a b x"], ["a b"], **options)]
    assert fates == ["kept", "dropped", "dropped"]


@pytest.mark.parametrize(
    ("text", "share"),
    [("a b c x", 0.75), ("a b c d x", 0.8), ("a b c a b c", 1.0), ("x y z w", 0.0), ("a b x c d", 0.0)],
)
def test_words_in_overlapping_runs_count_once(text: str, share: float) -> None:
    assert metrics(text, "a b c d", ngram_words=3)[1] == share


@pytest.mark.parametrize(
    ("text", "benchmark"),
    [
        ("How MANY eggs, does - a hen lay?", "how many eggs does a hen lay"),
        ("How\r\nmany\teggs\u00a0does a hen\u2003lay", "how many eggs does a hen lay"),
        ("**How** _many_ `eggs` does\u200b a hen lay", "how many eggs does a hen lay"),
        ("ｈｏｗ ｍａｎｙ eggs does a hen lay？", "how many eggs does a hen lay"),
        ("don’t you ever lay eggs", "Don't you ever lay eggs"),
        ("a cafe\u0301 in Zu\u0308rich is open now", "a café in Zürich is open now"),
        ("in\u00advisible co\u00adoperation of the hens", "invisible cooperation of the hens"),
        ("ΠΟΣΑ ΑΥΓΑ ΚΑΝΕΙ ΜΙΑ ΚΟΤΑ", "ποσα αυγα κανει μια κοτα"),
        ("一只母鸡，下多少蛋？", "一只母鸡下多少蛋"),
        ("母鸡下蛋\n多少", "母鸡下蛋多少"),
        ("كم بيضة تضع الدجاجة، في أسبوعين؟", "كم بيضة تضع الدجاجة في أسبوعين"),
        ("👩\u200d🌾 how many ❤️ eggs does 🐔 a hen lay", "how many eggs does a hen lay"),
    ],
)
def test_case_punctuation_width_and_form_of_letters_make_no_difference(text: str, benchmark: str) -> None:
    runs, share = metrics(text, benchmark)
    assert (runs, share) == (1, 1.0)


@pytest.mark.parametrize(
    ("text", "benchmark"),
    [("how many hens", "how many hens lay eggs"), ("showman yeggs does a hen lay", "how many eggs does a hen lay")],
)
def test_part_of_a_short_benchmark_text_or_of_its_words_is_not_found(text: str, benchmark: str) -> None:
    assert metrics(text, benchmark) == (0, 0.0)


def test_chinese_counts_a_word_a_character() -> None:
    assert metrics("我问：一二三四，对吗", "一二三四五", ngram_words=4) == (1, 0.5)
    assert metrics("我问：一二三四，对吗", "一二三四五", ngram_words=5) == (0, 0.0)


@pytest.mark.parametrize(("benchmark", "runs"), [("a b c d", 0), ("a b c d e", 1)])
def test_a_short_benchmark_text_counts_as_a_whole_if_it_has_enough_words(benchmark: str, runs: int) -> None:
    assert metrics("x a b c d e f x", benchmark, "some other text of many words")[0] == runs


def test_no_run_reaches_from_one_text_into_the_next() -> None:
    assert metrics("x b c y", "a b", "c d", ngram_words=2, min_benchmark_words=1) == (0, 0.0)
    first, second = measured(["x a", "b x"], ["a b"], ngram_words=2)
    assert first["shared_ngrams"] == second["shared_ngrams"] == 0


def test_the_detail_names_the_first_benchmark_text_that_was_met() -> None:
    (record,) = measured(["Say: C D e; then A B c."], ["a b c", "q", "c d e"], ngram_words=3)
    assert record["detail"] == "'c d e' stands in text 3 of benchmark_texts"
    assert measured(["x"], ["a b c"], ngram_words=3)[0]["detail"] is None


@settings(max_examples=150)
@given(st.data())
def test_what_is_found_is_what_a_search_word_by_word_finds(data: st.DataObject) -> None:
    word = st.sampled_from(["a", "b", "c", "你", "好"])
    texts = [" ".join(words) for words in data.draw(st.lists(st.lists(word, max_size=12), min_size=1, max_size=5))]
    benchmark = [" ".join(b) for b in data.draw(st.lists(st.lists(word, max_size=6), min_size=1, max_size=4))]
    size, shortest = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    runs = set()
    for one in benchmark:
        words = one.split()
        if len(words) >= size:
            runs |= {tuple(words[n : n + size]) for n in range(len(words) - size + 1)}
        elif len(words) >= shortest:
            runs.add(tuple(words))
    if not runs:
        return
    found = measured(texts, benchmark, ngram_words=size, min_benchmark_words=shortest)
    for text, record in zip(texts, found, strict=True):
        words = text.split()
        hits = [(n, run) for n in range(len(words)) for run in runs if tuple(words[n : n + len(run)]) == run]
        covered = {n + k for n, run in hits for k in range(len(run))}
        assert record["shared_ngrams"] == len({n for n, _ in hits})
        assert record["shared_ratio"] == (len(covered) / len(words) if words else 0.0)


@pytest.mark.parametrize(
    ("name", "content", "place"),
    [
        ("b.txt", "first line\n\nhow many eggs a day\n", "line 3 of bench"),
        ("b.TXT", "\ufeffhow many eggs a day", "line 1 of bench"),
        ("b.jsonl", '{"q": "x"}\n{"q": "How many eggs a day?", "a": "1"}\n', "row 2 of bench"),
        ("b.json", '[{"q": "x"}, {"n": 1, "q": "How many eggs a day?"}]', "row 2 of bench"),
        ("b.csv", 'n,q\n1,"How many\neggs a day?"\n', "row 1 of bench"),
        ("b.jsonl", '{"q": 5}\n{"q": "How many eggs a day?"}\n', "row 2 of bench"),
    ],
)
def test_a_benchmark_is_read_from_every_format(tmp_path: Path, name: str, content: str, place: str) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    record = from_files(path, "So: how many eggs?", benchmark_columns=("q",), ngram_words=3)
    assert record["detail"] == f"'how many eggs' stands in {place}"


def test_a_benchmark_is_read_from_parquet_and_from_all_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "b.parquet"
    pl.DataFrame({"q": ["how many eggs a day", None], "a": ["one egg a day", "no egg at all"]}).write_parquet(path)
    for text, place in (("how many eggs a day", 1), ("no egg at all", 2)):
        record = from_files(path, text, benchmark_columns=("q", "a"))
        assert record["detail"].endswith(f"stands in row {place} of bench")


def test_a_folder_stands_for_the_files_in_it_and_is_named_by_them(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.jsonl").write_text('{"text": "how many eggs a day"}\n')
    (tmp_path / "a.txt").write_text("what is a hen\n")
    (tmp_path / "README.md").write_text("no text of the benchmark\n")
    (tmp_path / ".hidden.txt").write_text("not to be read here\n")
    assert from_files(tmp_path, "how many eggs a")["detail"].endswith("row 1 of bench/sub/b.jsonl")
    assert from_files(tmp_path, "What is a hen?")["detail"].endswith("line 1 of bench/a.txt")
    assert from_files(tmp_path, "no text of the benchmark; not to be read here")["detail"] is None


@pytest.mark.parametrize(
    ("name", "content", "hint"),
    [
        ("b.jsonl", '{"question": "how many eggs a day"}\n', "set benchmark_columns.*: question"),
        ("b.jsonl", '{"text": "how many eggs a day"}\n{oops\n', "row 2 of bench cannot be read"),
        ("b.jsonl", "", "is empty"),
        ("b.txt", "too short\n", "no text of the benchmark has 4 words"),
        ("b.jsonl", '{"text": 12345}\n', "no text of the benchmark has 4 words"),
        ("b.md", "how many eggs a day", r"end in \.txt"),
    ],
)
def test_a_benchmark_that_cannot_be_used_is_a_fault(tmp_path: Path, name: str, content: str, hint: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InvalidInput, match=hint):
        from_files(path, "a")


def test_a_resource_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is no file or folder"):
        from_files(tmp_path / "none", "a")
    with pytest.raises(InvalidInput, match="--resource bench=PATH"):
        apply_rows(DecontaminateFilter(benchmark="bench"), [{"text": "a"}])
    (tmp_path / "b.txt").write_bytes(b"\xff")
    with pytest.raises(InvalidInput, match="not UTF-8"):
        from_files(tmp_path / "b.txt", "a")
    with pytest.raises(ValueError, match="name the benchmark"):
        DecontaminateFilter()


def test_the_fingerprint_follows_names_and_contents_of_all_files(tmp_path: Path) -> None:
    def fingerprint() -> str:
        return DecontaminateFilter(benchmark="b").resource_fingerprints({"b": str(tmp_path)})["b"]

    path = tmp_path / "a.txt"
    path.write_text("one")
    first = fingerprint()
    path.write_text("two")
    second = fingerprint()
    path.rename(tmp_path / "b.txt")
    third = fingerprint()
    (tmp_path / "b.txt").rename(tmp_path / "a.txt")
    assert len({first, second, third}) == 3
    assert fingerprint() == second
    assert DecontaminateFilter(benchmark_texts=("a",)).resource_fingerprints({}) == {}


def test_a_whatif_moves_either_limit_and_why_names_the_benchmark_text(tmp_path: Path) -> None:
    data = tmp_path / "data.jsonl"
    data.write_text('{"text": "x x x x a b c d"}\n{"text": "a b c d"}\n{"text": "x"}\n')
    options: dict[str, Any] = {"benchmark_texts": ["a b c d"], "ngram_words": 4}
    step = Step(id="clean", operator="decontaminate_filter", options=options)
    home = Settings(home=tmp_path / "home")
    result = run(Workflow(steps=(step,)), data=data, output=tmp_path / "out.jsonl", settings=home)
    assert result.report.rows_out == 1
    assert result.ledger.why("1").events[-1].detail == "'a b c d' stands in text 1 of benchmark_texts"
    assert result.ledger.whatif("clean", {"max_shared_ratio": 0.5}).kept_after == 2
    assert result.ledger.whatif("clean", {"max_shared_ngrams": 1}).kept_after == 3
