"""The parts of the page, without a browser: markup, edits by hand, conversations, progress."""

import json
import os
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from dataflow_agent.agent.amending import amended
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.state import Ask, Change, Check, Draft
from dataflow_agent.operators.core import InvalidInput, Operator, Schema, all_operators
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.edits import MoveStep, RemoveStep, SetOption, SetWhere, apply_edit, apply_edits
from dataflow_agent.pipelines.ledger import Event, Story
from dataflow_agent.pipelines.validate import Resources
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.web import about
from dataflow_agent.ui.web_amending import (
    back_to,
    by_hand,
    default_edit,
    moved,
    option_edit,
    option_names,
    removed,
    shown_value,
)
from dataflow_agent.ui.web_job import Job
from dataflow_agent.ui.web_markup import CELL_CHARACTERS, data_cell, element, line
from dataflow_agent.ui.web_plan import option_text
from dataflow_agent.ui.web_rows import first_rows, rows_view, story_view
from dataflow_agent.ui.web_run import RunProgress, progress_view
from dataflow_agent.ui.web_sessions import Sessions
from hypothesis import given
from hypothesis import strategies as st

SCHEMA = Schema.of(text="text", note="text", n="integer")
WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 50})
EMOJI = Step(id="emoji", operator="remove_emoji")
AT_LEAST_50 = Ask(
    text="at least 50 words", steps=("words",), check=Check(kind="word_count", column="text", arguments={"min": 50})
)
DRAFT = Draft(
    workflow=Workflow(steps=(EMOJI, WORDS)),
    reasons={"words": "You said so."},
    asks=(Ask(text="no emoji", steps=("emoji",)), AT_LEAST_50),
)


class Seen(HTMLParser):
    """The tags and the text of some markup, as a browser takes them."""

    def __init__(self, markup: object) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.text = ""
        self.feed(str(markup))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=CELL_CHARACTERS))
def test_no_value_becomes_markup(value: str) -> None:
    assert Seen(data_cell(value)).tags == ["div"]
    assert Seen(data_cell({"nested": [value]})).tags == ["div"] or len(value) > 100
    assert Seen(line(value)).tags == []
    assert Seen(element("b", value, title=value)).tags == ["b"]


@given(st.text(st.characters(categories=("L", "N", "P", "S")), max_size=60))
def test_a_value_reads_as_it_is(value: str) -> None:
    assert Seen(data_cell(value)).text == value


def test_long_values_are_cut_and_say_how_long_they_are() -> None:
    seen = Seen(data_cell("x" * 1234))
    assert seen.text == "x" * CELL_CHARACTERS + "… 1,234 characters in all"


def test_null_absent_and_empty_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"id": 1, "text": null}\n{"id": 2}\n{"id": 3, "text": ""}\n{"id": 4, "text": "null"}\n')
    batch = first_rows(path)
    markup = str(rows_view(batch, 4))
    assert [markup.count(f'<span class="df-null">{word}</span>') for word in ("null", "absent")] == [1, 1]
    assert '<div class="df-value"></div>' in markup
    assert '<div class="df-value">null</div>' in markup


def test_only_the_first_rows_are_read_and_the_count_of_all_is_told(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("".join(json.dumps({"n": n}) + "\n" for n in range(120)))
    assert first_rows(path).values("n") == list(range(50))
    assert "The first 50 of 120 rows" in Seen(rows_view(first_rows(path), 120)).text


def test_the_story_of_a_row_says_what_was_measured_and_what_is_kept() -> None:
    kept = Event(row="0:7", step="emoji", operator="remove_emoji", did="kept", changed=True)
    dropped = Event(
        row="0:7",
        step="words",
        operator="word_count_filter",
        did="dropped",
        metrics={"word_count": 20},
        rule={"word_count": "at least 50"},
    )
    seen = Seen(story_view(Story("0:7", (kept, dropped)), ["a.jsonl"]))
    assert "Row 7 was dropped by words." in seen.text
    assert "changed" in seen.text
    assert "word_count 20" in seen.text
    assert "word_count at least 50" in seen.text


@pytest.mark.parametrize(
    ("option", "typed", "value"),
    [
        ("min_words", "80", 80),
        ("min_words", " 80 ", 80),
        ("min_words", "", None),
        ("min_words", "none", None),
        ("column", "note", "note"),
        ("column", "80", "80"),
        ("words", "whitespace", "whitespace"),
    ],
)
def test_what_is_typed_is_read_as_the_option_takes_it(option: str, typed: str, value: Any) -> None:
    assert option_edit(WORDS, option, typed) == SetOption(step="words", option=option, value=value)


def test_lists_are_typed_with_commas_and_truths_in_words() -> None:
    language = Step(id="language", operator="language_filter", options={"languages": ["en"]})
    assert option_edit(language, "languages", "en, de") == SetOption(
        step="language", option="languages", value=["en", "de"]
    )
    assert option_edit(language, "exclude", "yes") == SetOption(step="language", option="exclude", value=True)


@pytest.mark.parametrize("cls", all_operators().values(), ids=all_operators())
def test_a_shown_value_typed_again_changes_nothing(cls: type[Operator]) -> None:
    step = Step(id="step", operator=cls.name, options=cls.example().options)
    before = cls(**step.options)
    for option in step.options:
        edit = option_edit(step, option, shown_value(step, option))
        after = cls(**apply_edit(Workflow(steps=(step,)), edit).steps[0].options)
        assert after == before, option


def test_every_option_can_be_chosen_and_conditions_too() -> None:
    assert option_names(WORDS) == [
        "min_words",
        *(name for name in all_operators()["word_count_filter"].model_fields if name != "min_words"),
        "where",
    ]
    assert option_edit(WORDS, "where", 'note = "a"') == SetWhere(step="words", where='note = "a"')
    assert default_edit(WORDS, "where") == SetWhere(step="words", where=None)
    with pytest.raises(InvalidInput, match="the condition cannot be read"):
        option_edit(WORDS, "where", "note =")


def test_an_edit_that_breaks_the_plan_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(InvalidInput, match="allowed"):
        by_hand(DRAFT, option_edit(WORDS, "min_words", "many"), SCHEMA, Resources())
    with pytest.raises(InvalidInput, match="missing"):
        by_hand(DRAFT, option_edit(WORDS, "column", "missing"), SCHEMA, Resources())
    with pytest.raises(InvalidInput, match="like that already"):
        by_hand(DRAFT, option_edit(WORDS, "min_words", "50"), SCHEMA, Resources())


def test_a_fault_that_was_there_before_does_not_keep_other_edits_out() -> None:
    broken = DRAFT.model_copy(
        update={"workflow": Workflow(steps=(EMOJI, WORDS.model_copy(update={"options": {"min_words": -1}})))}
    )
    hand = by_hand(broken, MoveStep(step="emoji", index=1), SCHEMA, Resources())
    assert hand.edits == (MoveStep(step="emoji", index=1),)


def test_what_is_proven_follows_an_edit_by_hand_and_undo_brings_it_back() -> None:
    hand = by_hand(DRAFT, SetOption(step="words", option="min_words", value=80), SCHEMA, Resources())
    after, lines = amended(DRAFT, _change(hand))
    assert lines == ["words: min_words 50 -> 80"]
    assert [ask.check.arguments for ask in after.asks if ask.steps == ("words",)] == [{"min": 80}]
    again, _ = amended(after, _change(back_to(DRAFT, after.workflow)))
    assert again.workflow == DRAFT.workflow
    assert {ask.model_dump_json() for ask in again.asks} == {ask.model_dump_json() for ask in DRAFT.asks}


def _change(hand: Any) -> Change:
    return Change(edits=hand.edits, asks=hand.asks, reasons=hand.reasons)


_STEPS = st.lists(st.sampled_from("abcdef"), unique=True, min_size=1).map(
    lambda names: Workflow(steps=tuple(Step(id=name, operator="remove_emoji") for name in names))
)


@given(_STEPS, _STEPS)
def test_undo_leads_back_from_any_plan_to_any_other(earlier: Workflow, now: Workflow) -> None:
    if earlier.steps == now.steps:
        with pytest.raises(InvalidInput, match="like that already"):
            back_to(Draft(workflow=earlier), now)
    else:
        assert apply_edits(now, back_to(Draft(workflow=earlier), now).edits).steps == earlier.steps


def test_a_step_moves_by_one_and_not_past_the_ends() -> None:
    workflow = DRAFT.workflow
    assert moved(workflow, "words", -1) == MoveStep(step="words", index=0)
    assert moved(workflow, "emoji", 1) == MoveStep(step="emoji", index=1)
    assert removed("emoji") == RemoveStep(step="emoji")
    with pytest.raises(InvalidInput, match="emoji is the first step already"):
        moved(workflow, "emoji", -1)
    with pytest.raises(InvalidInput, match="words is the last step already"):
        moved(workflow, "words", 1)


def test_values_of_options_read_as_one_writes_them() -> None:
    assert option_text({"a": 1}) == '{"a": 1}'
    assert option_text("") == '""'
    assert option_text([]) == "[]"


def test_progress_counts_the_parts_and_rows_of_each_stage() -> None:
    progress = RunProgress()
    for event in (
        {"event": "run_started", "rows": 300},
        {"event": "source_read", "rejects": 2},
        {"event": "stage_started", "stage": 0, "steps": ["emoji", "words"], "of": 2},
        {"event": "part_done", "stage": 0, "part": 0, "of": 3, "rows_in": 100, "rows_out": 40},
        {"event": "part_done", "stage": 0, "part": 1, "of": 3, "rows_in": 100, "rows_out": 50},
    ):
        progress.take(event)
    seen = Seen(progress_view(progress))
    assert "300 rows read, 2 records could not be read." in seen.text
    assert "1 of 2emoji, words 2 of 320090…" in seen.text
    progress.take({"event": "stage_done", "stage": 0, "seconds": 1.26})
    assert "2 of 3200901.3" in Seen(progress_view(progress)).text


def test_stages_at_work_at_the_same_time_each_keep_their_own_numbers() -> None:
    progress = RunProgress()
    for event in (
        {"event": "run_started", "rows": 200},
        {"event": "stage_started", "stage": 0, "steps": ["label"], "of": 2},
        {"event": "stage_started", "stage": 1, "steps": ["again"], "of": 2},
        {"event": "part_done", "stage": 0, "part": 0, "of": 3, "rows_in": 100, "rows_out": 90},
        {"event": "part_done", "stage": 1, "part": 0, "of": 3, "rows_in": 90, "rows_out": 70},
        {"event": "part_done", "stage": 0, "part": 1, "of": 3, "rows_in": 50, "rows_out": 50},
        {"event": "stage_done", "stage": 0, "seconds": 2.5},
    ):
        progress.take(event)
    seen = Seen(progress_view(progress)).text
    assert "1 of 2label 2 of 31501402.5" in seen
    assert "2 of 2again 1 of 39070…" in seen


def sessions(home: Path, planner: Any = "offline", **more: Any) -> Sessions:
    return Sessions(Settings(home=home), planner, **more)


def uploaded(folder: Path, name: str = "a.jsonl", text: str = "alpha beta") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(json.dumps({"text": text}) + "\n")
    return path


def finish(job: Job | None) -> None:
    assert job is not None
    assert job.ends_within(60)


def test_conversations_are_bounded_and_the_oldest_goes_with_its_files(tmp_path: Path) -> None:
    all_of_them = sessions(tmp_path / "home", most=2)
    first, second = all_of_them.new(), all_of_them.new()
    first.add_files([uploaded(tmp_path / "in")])
    second.add_files([uploaded(tmp_path / "in")])
    assert all_of_them.get(first.id) is first  # used last
    third = all_of_them.new()
    assert all_of_them.get(second.id) is None
    assert not second.folder.exists()
    assert first.files[0].exists()
    assert all_of_them.get(third.id) is third


def test_files_of_one_name_stay_apart_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    session = sessions(tmp_path / "home").new()
    session.add_files([uploaded(tmp_path / "one", text="one")])
    session.add_files([uploaded(tmp_path / "two", text="two")])
    assert [file.name for file in session.files] == ["a.jsonl", "a-2.jsonl"]
    assert [json.loads(file.read_text())["text"] for file in session.files] == ["one", "two"]
    assert session.folder.stat().st_mode & 0o077 == 0
    assert session.folder.parent.stat().st_mode & 0o077 == 0


def test_what_is_no_data_is_refused_as_a_whole_and_does_not_stay(tmp_path: Path) -> None:
    session = sessions(tmp_path / "home").new()
    good, bad = uploaded(tmp_path / "in"), tmp_path / "in" / "cat.gif"
    bad.write_bytes(b"GIF89a")
    with pytest.raises(InvalidInput) as caught:
        session.add_files([good, bad])
    assert str(caught.value).startswith("cat.gif: ")
    assert session.files == []
    assert not bad.exists()


def test_folders_that_nobody_used_for_a_week_go_at_the_next_start(tmp_path: Path) -> None:
    session = sessions(tmp_path / "home").new()
    session.add_files([uploaded(tmp_path / "in")])
    sessions(tmp_path / "home")
    assert session.folder.exists()
    old = time.time() - 8 * 24 * 3600
    os.utime(session.folder, (old, old))
    sessions(tmp_path / "home")
    assert not session.folder.exists()


def test_one_message_is_dealt_with_at_a_time_and_a_bug_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = sessions(tmp_path / "home", ScriptedPlanner(drafts=[LookupError("the planner is broken")])).new()
    session.add_files([uploaded(tmp_path / "in")])
    session.say("keep all")
    job = session.job
    with pytest.raises(InvalidInput, match="still being dealt with"):
        session.say("and more")
    finish(job)
    assert session.messages[-1].text.startswith("An error in dataflow-agent itself")
    assert "\n" not in session.messages[-1].text
    assert "the planner is broken" in capsys.readouterr().err


def test_edits_by_hand_reach_the_plan_that_runs_and_undo_takes_them_back(tmp_path: Path) -> None:
    draft = Draft(workflow=Workflow(steps=(EMOJI, WORDS)), asks=DRAFT.asks)
    session = sessions(tmp_path / "home", ScriptedPlanner(drafts=[draft])).new()
    session.add_files([uploaded(tmp_path / "in")])
    session.say("at least 50 words")
    finish(session.job)
    session.edit(SetOption(step="words", option="min_words", value=2))
    finish(session.job)
    assert session.draft is not None
    assert session.draft.workflow.step("words").options == {"min_words": 2}
    session.edit(RemoveStep(step="emoji"))
    finish(session.job)
    session.undo()
    finish(session.job)
    assert [step.id for step in session.draft.workflow.steps] == ["emoji", "words"]
    session.say("approve")
    finish(session.job)
    assert session.finished is not None
    assert session.finished.report is not None
    assert session.finished.report.rows_out == 1
    assert session.output.exists()


def test_the_page_says_who_plans_and_what_leaves_the_machine(tmp_path: Path) -> None:
    assert "without any network" in about(Settings(home=tmp_path), "offline")
    with_model = Settings(
        home=tmp_path, llm_base_url="https://models.example/v1?key=secret", llm_model="m-1", share_samples="names"
    )
    said = about(with_model, "auto")
    assert "m-1 at models.example" in said
    assert "the names of columns" in said
    assert "secret" not in said
