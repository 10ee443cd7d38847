"""The ledger of a run: rows found by position, file or value, what was rejected, and what a step changed."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dataflow_agent.operators.core.testing as doubles
import pytest
from dataflow_agent.operators.core import InvalidInput
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.pipelines.differences import MAX_CHARS, word_difference
from dataflow_agent.pipelines.engine.rowpass import MAX_SAMPLE_CHARS, excerpts
from dataflow_agent.pipelines.ledger import Ledger
from dataflow_agent.pipelines.run import run
from dataflow_agent.pipelines.workflow import Step, Workflow
from hypothesis import example, given, settings
from hypothesis import strategies as st

TWO_WORDS = Step(id="words", operator="word_count_filter", options={"min_words": 2})
SPACE = Step(id="space", operator="normalize_whitespace")
EMOJI = Step(id="emoji", operator="remove_emoji")


def written(path: Path, lines: Sequence[Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8"
    )
    return path


class Place:
    """A folder in which workflows are run, with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def ledger(self, steps: Sequence[Step], *inputs: Sequence[Any], part_rows: int = 2) -> Ledger:
        """The ledger of a run over inputs called `a/in.jsonl`, `b/in.jsonl`, ..."""
        data = [written(self.folder / name / "in.jsonl", lines) for name, lines in zip("abc", inputs, strict=False)]
        flow = Workflow(name="ledger", steps=tuple(steps))
        home = Settings(home=self.folder / "home")
        return run(flow, data, self.folder / "out.jsonl", settings=home, part_rows=part_rows, overwrite=True).ledger

    def clean(self) -> None:
        shutil.rmtree(self.folder / "home" / "cache")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def texts(*values: str) -> list[dict[str, str]]:
    return [{"text": value} for value in values]


def test_a_position_counts_records_of_the_first_input_and_a_file_name_those_of_its_own(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one.jsonl", texts("a b", "c")), written(tmp_path / "two.jsonl", texts("d", "e f"))
    ledger = run(Workflow(steps=(TWO_WORDS,)), [one, two], tmp_path / "out.jsonl").ledger
    assert [ledger.why(row).row for row in ("2", "0:2", "one.jsonl:2", "002")] == ["0:2"] * 4
    assert [ledger.why(row).row for row in ("1:2", "two.jsonl:2", "two.jsonl:02")] == ["1:2"] * 3
    assert (ledger.why("2").fate, ledger.why("two.jsonl:2").fate) == ("dropped", "kept")


def test_a_file_name_that_two_inputs_have_is_refused_with_the_ways_to_say_it(place: Place) -> None:
    ledger = place.ledger([TWO_WORDS], texts("a"), texts("b c"))
    with pytest.raises(InvalidInput, match=r"2 inputs .* are called in.jsonl; .* 0:1 or 1:1"):
        ledger.why("in.jsonl:1")


def test_a_record_that_could_not_be_read_has_its_story(place: Place) -> None:
    rows = [*texts("a b"), "{broken", *texts("c d")]
    ledger = place.ledger([TWO_WORDS], rows, ["{alone", *texts("e f")], part_rows=1)
    (event,) = ledger.why("2").events
    assert (event.did, event.step) == ("rejected", "read")
    assert event.reason
    assert [ledger.why(row).fate for row in ("1", "3", "1:1", "1:2")] == ["kept", "kept", "rejected", "kept"]


@pytest.mark.parametrize("row", ["0", "4", "1:1", "other.jsonl:1", "0:1.1", "²", "9" * 5000])
def test_a_row_that_was_never_read_is_named(place: Place, row: str) -> None:
    with pytest.raises(InvalidInput, match="read no row") as one:
        place.ledger([TWO_WORDS], texts("a b", "c", "d")).why(row)
    assert one.value.faults[0].got == row


def test_a_row_whose_parts_were_cleaned_away_is_not_called_unknown(place: Place) -> None:
    ledger = place.ledger([TWO_WORDS], texts("a b"))
    place.clean()
    with pytest.raises(InvalidInput, match="cleaned from the cache"):
        ledger.why("1")
    with pytest.raises(InvalidInput, match="cleaned from the cache"):
        ledger.find("text", "a b")
    with pytest.raises(InvalidInput, match="cleaned from the cache"):
        ledger.diff("words")


def test_a_row_is_not_called_kept_when_what_a_later_step_did_was_cleaned_away(place: Place) -> None:
    dedup = Step(id="dedup", operator="exact_dedup")
    ledger = place.ledger([TWO_WORDS, dedup], texts("a b", "c", "a b"), part_rows=3)
    stages = [stage for stage, _ in ledger.frames()]
    (last,) = stages[-1].parts
    (place.folder / "home" / "cache" / last.recipe / f"{last.key}.json").unlink()
    with pytest.raises(InvalidInput, match="cleaned from the cache"):
        ledger.why("3")
    assert ledger.why("2").fate == "dropped"
    assert ledger.find("text", "nowhere") == []


def test_a_value_finds_rows_of_every_type_it_may_have(place: Place) -> None:
    ids = [17, "17", 17.0, "017", 7, True, "true", None, [17], 10**30, "x", 1.5]
    ledger = place.ledger([SPACE], [{"text": "t", "id": value} for value in ids])

    def found(value: str) -> list[Any]:
        return [ids[int(row.partition(":")[2]) - 1] for row in ledger.find("id", value)]

    assert found("17") == [17, "17", 17.0]
    assert found("017") == ["017"]
    assert found("true") == [True, "true"]
    assert found("1") == []
    assert found(str(10**30)) == [10**30]
    assert found("1.5") == [1.5]
    assert found("[17]") == [[17]]
    assert found("none") == []


def test_a_value_is_found_in_plain_columns_of_all_inputs(place: Place) -> None:
    first = [{"text": "a", "id": 1, "t": "x"}, {"text": "b", "id": 2, "t": "y"}]
    second = [{"text": "c", "id": 2, "t": "x"}, {"text": "d"}]
    ledger = place.ledger([SPACE], first, second, part_rows=1)
    assert ledger.find("id", "2") == ["0:2", "1:1"]
    assert ledger.find("t", "x") == ["0:1", "1:1"]
    assert [ledger.why(row).row for row in ledger.find("text", "d")] == ["1:2"]
    with pytest.raises(InvalidInput, match="read no column 'ID'; its columns are text, id, t"):
        ledger.find("ID", "2")


def test_it_shows_what_a_step_changed_in_the_order_of_the_rows(place: Place) -> None:
    rows = texts("a  b", "same", "c   d e", "f\tg", "h\n\n\n\ni")
    changes = place.ledger([SPACE, TWO_WORDS], rows).diff("space", count=3)
    assert [(change.row, change.column) for change in changes] == [("0:1", "text"), ("0:3", "text"), ("0:4", "text")]
    assert [(change.before, change.after) for change in changes] == [
        ("a  b", "a b"),
        ("c   d e", "c d e"),
        ("f\tg", "f g"),
    ]
    assert [change.text for change in changes] == ["a[-  -]{+ +}b", "c[-   -]{+ +}d e", "f[-\\t-]{+ +}g"]


def test_each_of_two_steps_on_one_column_is_shown_only_its_own_changes(place: Place) -> None:
    ledger = place.ledger([SPACE, EMOJI], texts("a  b", "c \N{GRINNING FACE} d", "e  \N{GRINNING FACE} f"), part_rows=3)
    space, emoji = ledger.diff("space"), ledger.diff("emoji")
    assert [(change.row, change.after) for change in space] == [("0:1", "a b"), ("0:3", "e \N{GRINNING FACE} f")]
    assert [change.row for change in emoji] == ["0:2", "0:3"]
    assert emoji[1].before == "e \N{GRINNING FACE} f"


def test_rows_that_a_later_step_dropped_are_shown_as_well(place: Place) -> None:
    (change,) = place.ledger([SPACE, Step(id="long", operator="word_count_filter", options={"min_words": 3})],
                             texts("a  b", "c d e")).diff("space")  # fmt: skip
    assert (change.row, change.before, change.after) == ("0:1", "a  b", "a b")


def test_more_rows_than_samples_are_kept_can_be_shown(place: Place) -> None:
    rows = texts(*(f"row  {n}" for n in range(20)))
    changes = place.ledger([SPACE], rows, part_rows=20).diff("space", count=12)
    assert [change.after for change in changes] == [f"row {n}" for n in range(12)]


def test_a_new_column_is_shown_as_written(place: Place) -> None:
    size = Step(id="size", operator=doubles.FailOn.name)
    changes = place.ledger([SPACE, size], texts("a  b", "fail", "abc"), part_rows=3).diff("size")
    assert [(change.row, change.column, change.before, change.after, change.text) for change in changes] == [
        ("0:1", "size", None, "3", "{+3+}"),
        ("0:3", "size", None, "3", "{+3+}"),
    ]


def test_a_step_that_changes_nothing_shows_nothing(place: Place) -> None:
    ledger = place.ledger([SPACE, TWO_WORDS], texts("a b", "c"))
    assert ledger.diff("words") == ledger.diff("space") == []
    with pytest.raises(InvalidInput, match="no step 'spce'; did you mean 'space'"):
        ledger.diff("spce")


def test_a_change_far_inside_a_long_text_is_seen(place: Place) -> None:
    long = "word " * 3000
    (change,) = place.ledger([SPACE], texts(f"{long}here  there {long}".strip())).diff("space")
    assert "here[-  -]{+ +}there" in change.text
    before, after = change.before or "", change.after or ""
    assert "here  there" in before
    assert "here there" in after
    assert max(len(before), len(after)) <= MAX_SAMPLE_CHARS


TEXTS = st.text(st.sampled_from("ab \n\t.,\u200b你好é"), max_size=60)


@settings(deadline=None)
@example("a", "a a", 144)
@given(TEXTS, TEXTS, st.integers(0, 150))
def test_a_difference_is_bounded_one_line_and_marks_a_change_where_there_is_one(
    one: str, other: str, repeat: int
) -> None:
    left, right = f"{one} " * repeat + one, f"{other} " * repeat + other
    text = word_difference(left, right)
    assert len(text) <= MAX_CHARS
    assert text.isprintable()
    assert ("[-" in text or "{+" in text) == (left != right)


@given(TEXTS, TEXTS)
def test_a_difference_of_short_texts_holds_both_of_them(one: str, other: str) -> None:
    text = word_difference(one, other)
    visible = ["".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in t) for t in (one, other)]
    if "…" not in text:
        gone = _without(text, "{+", "+}").replace("[-", "").replace("-]", "")
        new = _without(text, "[-", "-]").replace("{+", "").replace("+}", "")
        assert [gone, new] == visible


def _without(text: str, start: str, end: str) -> str:
    head, found, rest = text.partition(start)
    return head + _without(rest.partition(end)[2], start, end) if found else head


def test_a_text_that_was_cut_is_not_said_to_have_lost_its_end() -> None:
    assert word_difference("a b c d", "a x c", cut=True) == "a [-b-]{+x+} c…"
    assert word_difference("a b", "x y", cut=True) == "[-a b-]{+x y+}…"


@example(one="", other="more", repeat=200_000)
@given(TEXTS, TEXTS, st.integers(0, 200))
def test_excerpts_are_cut_alike_and_hold_the_first_difference(one: str, other: str, repeat: int) -> None:
    left, right = "same " * repeat + one, "same " * repeat + other
    before, after = excerpts(left, right)
    assert before is not None
    assert after is not None
    assert max(len(before), len(after)) <= MAX_SAMPLE_CHARS
    assert (before == after) == (left == right)
    assert before in left
    assert after in right
