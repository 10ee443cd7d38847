"""`runs show`: what each step left, what the filters measured, and the page for the browser."""

import json
from pathlib import Path

import pytest

from .conftest import Cli


@pytest.fixture
def ran(cli: Cli, plan: Path, data: Path, tmp_path: Path) -> Cli:
    """The command line after a run."""
    assert cli("apply", plan, "-i", data, "-o", tmp_path / "out.jsonl").code == 0
    return cli


def test_a_report_shows_the_funnel_and_the_filters_with_their_limits(ran: Cli) -> None:
    told = ran("runs", "show", "last").out
    lines = [line.split() for line in told.splitlines()]
    after = lines[lines.index("What was left after each step".split()) + 1 :]
    assert [line[:2] for line in after[:4]] == [
        ["read", "5"],
        ["strip_html", "5"],
        ["words", "4"],
        ["exact_dedup", "3"],
    ]
    assert "words, word_count: kept is at least 2; 1 of 5 outside (20.0%)" in told
    assert told.count("│") == 3


def test_with_json_the_report_holds_the_funnel(ran: Cli) -> None:
    result = ran("runs", "show", "last", "--json").document["result"]
    funnel = result["funnel"]
    assert [(step["id"], step["rows_out"], step["share"]) for step in funnel["steps"]] == [
        ("strip_html", 5, 1.0),
        ("words", 4, 0.8),
        ("exact_dedup", 3, 0.6),
    ]
    (metric,) = funnel["steps"][1]["metrics"]
    assert (metric["metric"], metric["outside"], sum(metric["histogram"]["counts"])) == ("word_count", 1, 5)
    assert metric["limits"] == [{"side": "low", "value": 2.0, "at": 2.0}]
    assert result["page"] is None


def test_html_writes_a_page_that_loads_nothing_and_says_where_it_is(ran: Cli, tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    assert str(page) in ran("runs", "show", "last", "--html", "run.html").out
    written = page.read_text(encoding="utf-8")
    assert written.startswith("<!doctype html>")
    for word in ("<script", "<img", "<iframe", "<link", "src=", "href=", "url(", "@import", "http:", "https:"):
        assert word not in written
    for told in ("exact_dedup", "word_count_too_low", "merged into row 1", "&lt;b&gt;", "bold"):
        assert told in written


def test_a_page_is_not_replaced_without_overwrite(ran: Cli, tmp_path: Path) -> None:
    page = tmp_path / "run.html"
    page.write_text("mine")
    refused = ran("runs", "show", "last", "--html", page, "--json")
    assert (refused.code, refused.document["faults"][0]["code"], page.read_text()) == (2, "output_exists", "mine")
    written = ran("runs", "show", "last", "--html", page, "--overwrite", "--json")
    assert (written.code, written.document["result"]["page"]) == (0, str(page))
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_page_that_cannot_be_written_there_is_told_in_a_sentence(ran: Cli, tmp_path: Path) -> None:
    for place, said in ((tmp_path, "is a folder"), (tmp_path / "no" / "run.html", "there is no folder")):
        refused = ran("runs", "show", "last", "--html", place)
        assert refused.code == 2
        assert said in refused.err
    assert ran("runs", "show", "last", "--overwrite").code == 2


def test_a_run_whose_parts_were_cleaned_away_still_has_a_report_and_a_page(ran: Cli, tmp_path: Path) -> None:
    for part in (tmp_path / "home" / "cache").rglob("*.json"):
        part.unlink()
    shown = ran("runs", "show", "last", "--html", "run.html", "--json")
    assert [step["unknown"] for step in shown.document["result"]["funnel"]["steps"]] == [5, 0, 4]
    assert "nothing is known" in (tmp_path / "run.html").read_text(encoding="utf-8")


def test_what_a_run_reused_is_on_its_page(ran: Cli, plan: Path, data: Path, tmp_path: Path) -> None:
    assert ran("apply", plan, "-i", data, "-o", tmp_path / "again.jsonl").code == 0
    ran("runs", "show", "last", "--html", "run.html")
    written = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "Seconds saved" in written
    assert "Reused from earlier runs: 3 of 3 steps" in written


def test_data_on_the_page_is_text_whatever_it_holds(cli: Cli, tmp_path: Path) -> None:
    nasty = "<script>alert(1)</script><img src=x onerror=alert(2)> [-x-]{+y+} \x1b[2J "
    rows = [{"text": f"{nasty}{n} " * n} for n in range(5)] + [{"text": f"  {nasty}"}]
    data = tmp_path / "<b>rows.jsonl"
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "steps:\n- {id: space, operator: normalize_whitespace}\n"
        "- {id: words, operator: word_count_filter, options: {min_words: 30}}\n"
    )
    assert cli("apply", plan, "-i", data, "-o", tmp_path / "out.jsonl").code == 0
    assert cli("runs", "show", "last", "--html", "run.html").code == 0
    body = (tmp_path / "run.html").read_text(encoding="utf-8").partition("<body>")[2]
    for raw in ("<script", "<img", "\x1b", "<b>rows"):
        assert raw not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in body
