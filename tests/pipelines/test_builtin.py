"""The pipelines that ship: what each holds, and which step drops which text."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import as_file
from pathlib import Path
from typing import Any

import orjson
import pytest
from dataflow_agent.operators.core import InvalidInput, Schema, all_operators
from dataflow_agent.operators.core.dataset import Dataset
from dataflow_agent.pipelines.builtin import Pipeline, builtin, builtins, pipeline
from dataflow_agent.pipelines.quote import paid_steps
from dataflow_agent.pipelines.run import RunResult, run
from dataflow_agent.pipelines.validate import Resources, validate
from dataflow_agent.pipelines.workflow import Workflow

every_pipeline = pytest.mark.parametrize("found", builtins().values(), ids=builtins())
RULES = {name: found for name, found in builtins().items() if not paid_steps(found.workflow)}
every_pipeline_of_rules = pytest.mark.parametrize("found", RULES.values(), ids=RULES)
WITH_MODEL = Resources(needs=frozenset({"database", "embedder", "index", "llm", "sandbox"}))
CORRECTED, REFERENCE = "text_pretrain_filter", "text_pretrain_filter_reference"

SUBJECTS = "A carpenter|The old baker|Her neighbour|One gardener|The village doctor|Our librarian|A young potter".split(
    "|"
)
VERBS = "repaired|carried|painted|measured|described|sold|remembered|forgot".split("|")
OBJECTS = (
    "a wooden chair|the blue boat|nine heavy baskets|some letters|that quiet garden|an empty house|the bell".split("|")
)
PLACES = "near the harbour|behind the mill|after the rain|on a cold morning|before winter came|with great care".split(
    "|"
)


def with_model(found: Pipeline) -> Resources:
    """A machine with all that a pipeline may need, its resources bound too."""
    return Resources(needs=WITH_MODEL.needs, names=frozenset(found.workflow.resources))


def written_for(found: Pipeline) -> Schema:
    """The columns of a pipeline: texts, but for the content of documents."""
    return Schema.of(**{column: "bytes" if column == "bytes" else "text" for column in found.columns})


def prose(number: int, sentences: int = 6) -> list[str]:
    """Sentences of plain English, hardly two texts alike."""
    at = [number * 17 + 5 * n for n in range(sentences)]
    return [
        f"{SUBJECTS[n % 7]} {VERBS[n // 3 % 8]} {OBJECTS[(n * 3 + number) % 7]} {PLACES[(n + number) % 6]}." for n in at
    ]


def lines(number: int) -> str:
    return "\n".join(prose(number))


def verdicts(workflow: Workflow, texts: Sequence[str | None], folder: Path) -> list[str | None]:
    """For each text the step that took it out, or None where it came through."""
    data = folder / "texts.jsonl"
    data.write_bytes(b"\n".join(orjson.dumps({"text": text}) for text in texts))
    result = run(workflow, data, folder / "out.jsonl", overwrite=True)
    last = [result.ledger.why(str(at)).events[-1] for at in range(1, len(texts) + 1)]
    return [None if event.did == "kept" else event.step for event in last]


@every_pipeline
def test_each_step_has_a_reason_and_the_data_that_ships_has_its_columns(found: Pipeline) -> None:
    assert {*found.reasons} == {step.id for step in found.workflow.steps}
    assert all(reason.endswith(".") for reason in found.reasons.values())
    with as_file(found.sample_file()) as sample:
        first = next(iter(Dataset.open([sample]).blocks(max_rows=1, max_bytes=2**20))).parse()
    assert found.columns.keys() <= {column.name for column in first.schema.columns}
    assert found.workflow.name == found.name
    assert len(found.phrases) >= 5


@every_pipeline
def test_it_has_no_fault_on_its_columns_under_whatever_name(found: Pipeline) -> None:
    there = written_for(found)
    assert [fault for fault in validate(found.workflow, there, with_model(found)) if fault.severity == "error"] == []
    names = {column: f"my {column}" for column in found.columns}
    mine = Schema.of(**{names[column]: there[column].dtype for column in names})
    assert [fault for fault in validate(found.bound(names), mine, with_model(found)) if fault.severity == "error"] == []


@every_pipeline
def test_only_what_asks_a_model_needs_one(found: Pipeline) -> None:
    there = written_for(found)
    bound = Resources(names=frozenset(found.workflow.resources))
    codes = {fault.code for fault in validate(found.workflow, there, bound) if fault.severity == "error"}
    assert codes == (set() if found.name in RULES else {"missing_need"})


@every_pipeline_of_rules
def test_another_name_of_the_column_changes_no_verdict(found: Pipeline, tmp_path: Path) -> None:
    rows = [orjson.loads(line) for line in found.sample_file().read_bytes().splitlines()]

    def kept(workflow: Workflow, names: dict[str, str]) -> list[Any]:
        stem = "-".join(names.values())
        data = tmp_path / f"{stem}.jsonl"
        renamed = [{"id": row["id"], **{name: row[column] for column, name in names.items()}} for row in rows]
        data.write_bytes(b"\n".join(map(orjson.dumps, renamed)))
        result: RunResult = run(workflow, data, tmp_path / f"{stem}-out.jsonl")
        return [list(orjson.loads(line).values()) for line in result.output.read_bytes().splitlines()]

    own, other = {name: name for name in found.columns}, {name: f"my {name}" for name in found.columns}
    assert kept(found.workflow, own) == kept(found.bound(other), other)


def test_a_pipeline_is_found_by_its_name_and_a_near_name_is_offered() -> None:
    assert builtin(CORRECTED) == pipeline(CORRECTED).workflow
    assert list(builtins()) == sorted(builtins())
    with pytest.raises(InvalidInput, match="did you mean 'text_pretrain_filter'"):
        builtin("text_pretrain_filtr")


def test_a_column_that_a_pipeline_does_not_read_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no column 'body'; it has text"):
        pipeline(CORRECTED).bound({"body": "raw"})


def test_the_corrected_order_is_one_that_validation_does_not_warn_of_and_dataflows_is_not() -> None:
    schema = Schema.of(text="text")
    assert validate(builtin(CORRECTED), schema) == []
    warned = [(fault.code, fault.step) for fault in validate(builtin(REFERENCE), schema)]
    line_rules = ["sentence_number", "line_end_ellipsis", "no_punc", "bullet_lines", "javascript_lines"]
    assert warned == [("lines_removed_before", step) for step in line_rules]


def test_the_corrected_order_tells_the_language_first_and_near_duplicates_last() -> None:
    ids = [step.id for step in builtin(CORRECTED).steps]
    operators = {step.id: all_operators()[step.operator] for step in builtin(CORRECTED).steps}
    filters = [step for step in ids if operators[step].kind == "filter"]
    assert filters[:2] == ["empty_text_filter", "language_filter"]
    assert ids[-2:] == ["exact_dedup", "minhash_dedup"]
    rules_about_lines = [step for step in ids if "reads_lines" in operators[step].order_hints]
    assert max(map(ids.index, rules_about_lines)) < ids.index("normalize_whitespace")
    assert operators["normalize_whitespace"].model_fields["keep_newlines"].default is True


# One text for each rule, which by its wording no other rule drops.
WORDS_19 = (
    "The neighbouring carpenter repaired another wooden chair. The bakery sold eleven baskets. "
    "Our doctor forgot the garden bell yesterday."
)
WORDS_20 = (
    "Behind the harbour stands an empty house. Nobody remembers who painted those windows green. "
    "Every winter the shutters rattle loudly."
)
CASES: list[tuple[str, str | None, str | None, str | None]] = [
    ("plain prose", lines(1), None, None),
    ("plain prose of 20 words", WORDS_20, None, None),
    ("19 words", WORDS_19, "word_count_filter", "word_number"),
    ("no text", None, "empty_text_filter", "blocklist"),
    ("nothing visible", " \n\t ", "empty_text_filter", "word_number"),
    ("German", "Der Tischler reparierte den Stuhl am Hafen. Die Nachbarin verkaufte neun Körbe hinter der Mühle, "
     "bevor der Winter kam. Unser Arzt vergaß die Glocke. Der Gärtner malte ein leeres Haus mit großer Sorgfalt, "
     "und niemand sagte ein Wort dazu.", "language_filter", None),
    ("teasers", "\n".join([f"{one[:-1]}..." for one in prose(2)[:2]] + prose(2)[2:]), "ellipsis_lines", None),
    ("bullets", "\n".join(f"- {one}" for one in prose(3)), "bullet_lines", None),
    ("one bullet in front", "• " + lines(4), None, "bullet_lines"),
    ("javascript", "\n".join(["Please enable JavaScript now.", "This page wants JavaScript.", "No JavaScript, no page.",
                              *prose(5)[:3]]), "javascript_lines", None),
    ("colon at the end", lines(6) + "\nWhat he brought:", "terminal_punctuation_filter", "colon_end"),
    ("full-width colon at the end", lines(7) + "\nWhat he brought：", "terminal_punctuation_filter", None),
    ("113 words without a stop", " ".join(prose(8, 3)) + " " + " ".join(one[:-1] for one in prose(9, 20))[:-1],
     "terminal_punctuation_filter", "no_punc"),
    ("two sentences", " ".join(prose(10, 2))[:-1] + " and so on" * 10 + ".", "sentence_count_filter",
     "sentence_number"),
    ("two sentences and a number", "Dr. Bell paid 3.14 crowns for a wooden chair, nine heavy baskets and the blue boat "
     "near the harbour. Our old librarian carried some letters after the rain.", "sentence_count_filter", None),
    ("two long lines without a stop", "\n".join(one[:-1] for one in prose(11)), None, "sentence_number"),
    ("99 characters", "It is in a box. It is on a hat. It is at an inn. We go to it. He is up. Is it so? I do. An ox "
     "is by us. O is it? Do go. No I am", "char_count_filter", "mean_word_length"),
    ("brackets", lines(12) + " {a} {b} {c} {d} {e}", "curly_bracket_filter", "curly_bracket"),
    ("replacement character", lines(13) + " na\ufffdve", "special_character_filter", "special_character"),
    ("question before a colon", " ".join(prose(14)) + " Who came ? : nobody did.", None, "special_character"),
    ("the letters u200e", lines(15) + " The code is u200e here.", None, "special_character"),
    ("an entity", lines(16) + " Fish &amp; chips.", "html_entity_filter", "html_entity"),
    ("an entity without its end", lines(17) + " See ?a=1&lt=3 there.", None, "html_entity"),
    ("long words", " ".join(f"Internationalization{n} misunderstandings{n}." for n in range(30)),
     "mean_word_length_filter", "mean_word_length"),
    ("hash signs", lines(18) + " boat####" * 9 + ".", "symbol_word_ratio_filter", "symbol_word_ratio"),
    ("capitals", lines(19) + " " + "BUY THE BIG RED BOAT NOW OR CRY AT NIGHT FOR IT. " * 2,
     "capital_word_ratio_filter", "capital_words"),
    ("I and A", " ".join(f"I remember A wonderful {one}." for one in "boat chair letter house garden kitchen".split()),
     None, "capital_words"),
    ("the same word", "Row row row the boat. " * 30 + "Stop.", "unique_word_ratio_filter", "unique_words"),
    ("two notices", lines(20) + " Copyright by the mill. Confidential, all of it.", "boilerplate_filter", "watermark"),
    ("one notice", lines(21) + " Copyright by the mill.", None, "watermark"),
    ("a placeholder", lines(22) + " Then came lorem ipsum, he said.", None, "lorem_ipsum"),
    ("two vulgar words", lines(23) + " What a fucking bastard, what a fucking day.", "blocklist_filter", "blocklist"),
    ("the same again", lines(1), "exact_dedup", "minhash"),
    ("nearly the same again", lines(1) + " So.", "minhash_dedup", "minhash"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "at"), [(CORRECTED, 0), (REFERENCE, 1)])
def test_each_text_is_dropped_by_the_rule_that_is_made_for_it(name: str, at: int, tmp_path: Path) -> None:
    found = verdicts(builtin(name), [text for _, text, *_ in CASES], tmp_path)
    wanted = {label: dropped[at] for label, _, *dropped in CASES}
    assert dict(zip(wanted, found, strict=True)) == wanted


def test_an_option_of_a_pipeline_sets_those_of_its_steps_and_leaves_the_rest() -> None:
    plain, changed = builtin(CORRECTED), pipeline(CORRECTED).bound({}, {"min_words": 33, "languages": ["de"]})
    assert changed.step("word_count_filter").options == {"min_words": 33, "max_words": 100_000}
    assert changed.step("language_filter").options == {"languages": ["de"]}
    untouched = [step for step in plain.steps if step.id not in ("word_count_filter", "language_filter")]
    assert untouched == [step for step in changed.steps if step in untouched]
    assert pipeline(CORRECTED).workflow == plain


@every_pipeline
def test_each_option_of_a_pipeline_is_one_of_its_steps_and_tells_its_default(found: Pipeline) -> None:
    for name, option in found.options.items():
        assert option.description.endswith("."), name
        assert found.bound({}, {name: option.default}).digest()
        for step_id, of_step in option.sets:
            assert of_step in all_operators()[found.workflow.step(step_id).operator].model_fields


def test_a_value_that_an_option_cannot_have_is_refused_with_the_bounds() -> None:
    with pytest.raises(InvalidInput, match="min_words"):
        pipeline(CORRECTED).bound({}, {"min_words": -1})
    with pytest.raises(InvalidInput, match="no option 'min_wrods'; it has languages, min_words"):
        pipeline(CORRECTED).bound({}, {"min_wrods": 1})


def test_a_pipeline_of_rules_asks_no_model() -> None:
    assert pipeline(CORRECTED).calls(1000) == (0, 0)


def test_calls_are_counted_for_the_rows_that_steps_before_have_made() -> None:
    # A pair and its score for each seed; with two pairs a seed there are two scores.
    assert pipeline("sft_synthesis").calls(1000) == (2000, 2000)
    steps = pipeline("sft_synthesis").workflow.steps
    two = tuple(
        step.model_copy(update={"options": {"pairs": 2}}) if step.id == "generate_sft_from_text" else step
        for step in steps
    )
    twice = replace(pipeline("sft_synthesis"), workflow=Workflow(steps=two))
    assert twice.calls(1000) == (3000, 3000)
