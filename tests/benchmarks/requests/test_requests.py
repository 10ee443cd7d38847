"""The benchmark of requests judges as it says it does, and nothing of it has found its way into the catalogue."""

import importlib
from collections import Counter
from pathlib import Path

import pytest
from cases import Case, case, same
from dataflow_agent.operators.core import all_operators
from dataflow_agent.pipelines.builtin import builtins
from judging import TABLES, Judge, rows_of
from run import cases_of, interval, shares

CASES = cases_of("all")
EVERY = 8


def plain(words: str) -> str:
    """Words without case and punctuation."""
    return " ".join("".join(one if one.isalnum() else " " for one in words.lower()).split())


def table_of(one: Case) -> Path:
    """The table of a case."""
    return TABLES / f"{one.table.removesuffix('.jsonl')}.jsonl"


def test_there_are_enough_requests_of_every_kind() -> None:
    kinds = Counter(one.kind for one in CASES)
    assert len(CASES) >= 150
    assert len(cases_of("heldout")) >= len(CASES) / 3
    assert len({plain(one.request) for one in CASES}) == len(CASES)
    assert kinds["ambiguous"] >= max(40, len(CASES) / 4)
    assert {"single", "multi", "condition", "impossible", "hostile"} <= kinds.keys()


def test_no_request_of_the_benchmark_is_a_phrase_of_the_catalogue() -> None:
    known = {plain(phrase) for operator in all_operators().values() for phrase in operator.phrases}
    known |= {plain(phrase) for pipeline in builtins().values() for phrase in pipeline.phrases}
    assert not {one.request for one in CASES if plain(one.request) in known}


@pytest.mark.parametrize("one", [one for one in CASES if one.expect], ids=lambda one: one.request[:60])
def test_an_oracle_tells_its_rows_from_those_that_went_in(one: Case) -> None:
    rows = rows_of(table_of(one))
    assert one.expect is not None
    assert one.expect(rows_of(table_of(one))) == one.expect(rows)
    if one.kind != "hostile":
        assert not one.is_right(rows, rows)


@pytest.mark.parametrize("one", [one for one in CASES if one.readings], ids=lambda one: one.request[:60])
def test_readings_of_an_ambiguous_request_differ_in_result(one: Case) -> None:
    rows = rows_of(table_of(one))
    results = [reading.expect(rows) for reading in one.readings]
    assert all(not same(a, b) for at, a in enumerate(results) for b in results[:at])


def test_hardly_any_request_is_carried_out_as_something_else(tmp_path: Path) -> None:
    verdicts = [Judge(tmp_path).judge(one) for one in cases_of("dev")[::EVERY]]
    wrong = [(verdict.case.request, verdict.said) for verdict in verdicts if verdict.outcome == "wrong"]
    assert len(wrong) <= len(verdicts) / 10, wrong


# The judge itself


KEEP_LONG = "keep rows where n is at least 2"


def judged(tmp_path: Path, request: str, monkeypatch: pytest.MonkeyPatch, **more: object) -> str:
    """What the judge says of a request over three small rows."""
    (tmp_path / "small.jsonl").write_text("".join(f'{{"n": {n}, "note": "row {n}"}}\n' for n in (1, 2, 3)))
    monkeypatch.setattr(importlib.import_module("judging"), "TABLES", tmp_path)
    return Judge(tmp_path).judge(case(request, "small", more.pop("kind", "single"), "easy", **more)).outcome


@pytest.mark.parametrize(
    ("request_text", "more", "outcome"),
    [
        (KEEP_LONG, {"expect": lambda rows: rows[1:]}, "right"),
        (KEEP_LONG, {"expect": lambda rows: rows[:1]}, "wrong"),
        (KEEP_LONG, {"expect": lambda rows: rows[1:], "gone": ["note"]}, "wrong"),
        (KEEP_LONG, {"kind": "impossible"}, "wrong"),
        ("paint the rows purple", {"kind": "impossible"}, "right"),
        ("paint the rows purple", {"expect": lambda rows: rows[1:]}, "refused"),
        (f"{KEEP_LONG} and paint them purple", {"expect": lambda rows: rows[1:]}, "not covered"),
        (f"{KEEP_LONG} and paint them purple", {"expect": lambda rows: rows[1:], "uncovered": "paint purple"}, "right"),
        (f"{KEEP_LONG} and paint them purple", {"expect": lambda rows: rows[:1], "uncovered": "paint purple"}, "wrong"),
    ],
)
def test_rows_decide_what_became_of_a_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request_text: str, more: dict[str, object], outcome: str
) -> None:
    assert judged(tmp_path, request_text, monkeypatch, **more) == outcome


def test_wilson_interval_of_known_shares() -> None:
    low, high = interval(8, 10)  # Wilson 1927; Newcombe 1998 gives 0.490 to 0.943 for 8 of 10
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert interval(0, 0) == (0.0, 1.0)


def test_shares_without_verdicts_are_shown_as_unknown() -> None:
    assert "nan" in str(shares([])[0])
