"""`runs show`, `why`, `diff` and `whatif`: what a run's ledger answers, in words and in JSON."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def ran(cli: Cli, plan: Path, data: Path) -> str:
    """The id of a run that changed, dropped and merged."""
    run: str = cli("apply", plan, "-i", data, "-o", "out.jsonl", "--json").document["run"]["id"]
    return run


@pytest.fixture
def lengths(cli: Cli, tmp_path: Path) -> str:
    """The id of a run that kept the rows of 3 words or more, of rows of 1 to 6 words."""
    rows = [{"id": f"doc-{words}", "text": " ".join(["word"] * words)} for words in range(1, 7)]
    (tmp_path / "lengths.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "lengths.yaml").write_text(
        "steps: [{id: words, operator: word_count_filter, options: {min_words: 3}}, {id: html, operator: strip_html}]"
    )
    found = cli("apply", "lengths.yaml", "-i", "lengths.jsonl", "-o", "lengths-out.jsonl", "--json")
    run: str = found.document["run"]["id"]
    return run


def test_a_row_is_found_by_its_id_and_by_any_other_column(cli: Cli, lengths: str) -> None:
    told = cli("runs", "why", "last", "--id", "doc-2")
    assert told.code == 0
    assert "Row 2 was dropped by words." in told.out
    found = cli("runs", "why", lengths, "--id", "word word word", "--column", "text", "--json").document
    assert (found["result"]["row"], found["result"]["fate"]) == ("0:3", "kept")
    assert found["warnings"] == []


def test_where_several_rows_hold_a_value_the_first_is_explained_and_the_others_are_named(cli: Cli, ran: str) -> None:
    arguments = ("runs", "why", ran, "--id", "alpha beta gamma delta", "--column", "text")
    found = cli(*arguments, "--json").document
    assert found["result"]["row"] == "0:1"
    (warning,) = found["warnings"]
    assert "2 rows" in warning
    assert "1, 3" in warning
    assert "1, 3" in cli(*arguments).out


@pytest.mark.usefixtures("lengths")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--id", "doc-99"], "'doc-99'"),
        (["--id", "x", "--column", "title"], "its columns are id, text"),
        (["2", "--id", "doc-2"], "--id VALUE"),
        ([], "--id VALUE"),
        (["2", "--column", "id"], "--id VALUE"),
    ],
)
def test_a_row_that_is_not_named_or_not_there_is_said_so(cli: Cli, arguments: list[str], named: str) -> None:
    said = cli("runs", "why", "last", *arguments)
    assert said.code == 2
    assert named in said.err
    assert cli("runs", "why", "last", *arguments, "--json").document["faults"]


def test_a_difference_shows_what_a_step_took_out_of_which_row(cli: Cli, ran: str) -> None:
    found = cli("runs", "diff", ran, "strip_html", "--json").document["result"]
    assert (found["kind"], found["step"], found["rows_changed"]) == ("diff", "strip_html", 1)
    (change,) = found["changes"]
    assert (change["row"], change["column"]) == ("0:5", "text")
    assert (change["before"], change["after"]) == ("<b>bold</b> words are here", "bold words are here")
    told = cli("runs", "diff", "last", "strip_html").out
    assert "row 5, text" in told
    assert "[-<b>-]bold[-</b>-] words are here" in told
    assert f"runs why {ran} 5" in told


def test_only_as_many_changes_are_shown_as_are_asked_for(cli: Cli, plan: Path, data: Path) -> None:
    data.write_text("".join(f'{{"text": "<b>number</b> {n} of many"}}\n' for n in range(9)))
    cli("apply", plan, "-i", data, "-o", "out.jsonl")
    found = cli("runs", "diff", "last", "strip_html", "--count", "2", "--json").document["result"]
    assert found["rows_changed"] == 9
    assert [change["row"] for change in found["changes"]] == ["0:1", "0:2"]


def test_a_step_that_changed_nothing_is_said_to_have_changed_nothing(cli: Cli, ran: str) -> None:
    assert "Step words changed no row" in cli("runs", "diff", ran, "words").out


def test_another_limit_is_answered_with_counts_and_the_rows_on_both_sides_of_the_line(cli: Cli, lengths: str) -> None:
    found = cli("runs", "whatif", lengths, "words", "min_words=5", "--json").document["result"]
    assert (found["run"], found["step"], found["changes"]) == (lengths, "words", {"min_words": 5})
    assert (found["reached"], found["kept_before"], found["kept_after"]) == (6, 4, 2)
    assert (found["newly_kept"], found["newly_dropped"]) == (0, 2)
    inside, outside = found["just_inside"], found["just_outside"]
    assert [(one["row"], one["was_kept"]) for one in inside] == [("0:5", True), ("0:6", True)]
    assert (outside[0]["row"], outside[0]["was_kept"]) == ("0:4", True)
    told = cli("runs", "whatif", "last", "words", "min_words=5").out
    assert "6 rows reached words: 4 were kept, 2 would be (0 newly kept, 2 newly dropped)" in " ".join(told.split())
    assert "word_count: kept is at least 5 (was: at least 3)" in told
    assert re.search(r"row 4: word_count = 4; was kept *\n *text: word word word word *\n", told)


def test_several_limits_move_at_once_and_null_lifts_one(cli: Cli, lengths: str) -> None:
    found = cli("runs", "whatif", lengths, "words", "min_words=null", "max_words=2", "--json").document["result"]
    assert found["changes"] == {"min_words": None, "max_words": 2}
    assert (found["kept_after"], found["newly_kept"], found["newly_dropped"]) == (2, 2, 4)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("whatif", "last", "words", "min_word=5"), "did you mean 'min_words'?"),
        (("whatif", "last", "words", "min_words=many"), "min_words"),
        (("whatif", "last", "words", "min_words"), "OPTION=VALUE"),
        (("whatif", "last", "words", "min_words=5", "min_words=6"), "twice"),
        (("whatif", "last", "words"), "OPTION=VALUE"),
        (("whatif", "last", "html", "min_words=5"), "strip_html"),
        (("whatif", "last", "word", "min_words=5"), "did you mean 'words'?"),
        (("diff", "last", "htm"), "did you mean 'html'?"),
        (("diff", "last", "html", "--count", "0"), "--count"),
        (("diff", "nope", "html"), "'nope'"),
    ],
)
@pytest.mark.usefixtures("lengths")
def test_a_question_that_has_no_answer_is_refused_with_what_would_have_one(
    cli: Cli, arguments: tuple[str, ...], named: str
) -> None:
    said = cli("runs", *arguments)
    assert (said.code, said.out) == (2, "")
    assert named in said.err
    assert cli("runs", *arguments, "--json").document["status"] == "failed"


def test_what_was_reused_is_said_with_what_that_saved(cli: Cli, plan: Path, data: Path) -> None:
    first = cli("apply", plan, "-i", data, "-o", "one.jsonl")
    assert "Reused" not in first.out
    assert cli("runs", "show", "last", "--json").document["result"]["seconds_saved"] == {}
    again = cli("apply", plan, "-i", data, "-o", "two.jsonl")
    assert "Reused from earlier runs: 3 of 3 steps, which saved 0." in again.out
    assert "Reused from earlier runs: 3 of 3 steps" in cli("runs", "show", "last").out
    saved = cli("runs", "show", "last", "--json").document["result"]["seconds_saved"]
    assert set(saved) == {"strip_html", "words", "exact_dedup"}
    assert all(seconds >= 0 for seconds in saved.values())


def test_a_changed_step_reuses_what_comes_before_it_only(cli: Cli, plan: Path, data: Path) -> None:
    first = "steps:\n- {id: a, operator: strip_html}\n- {id: b, operator: exact_dedup}\n"
    plan.write_text(first)
    cli("apply", plan, "-i", data, "-o", "one.jsonl")
    plan.write_text(f"{first}- {{id: c, operator: minhash_dedup}}\n")
    said = cli("apply", plan, "-i", data, "-o", "two.jsonl")
    saved = cli("runs", "show", "last", "--json").document["result"]["seconds_saved"]
    assert "a" in saved
    assert "c" not in saved
    assert f"{len(saved)} of 3 steps" in said.out
