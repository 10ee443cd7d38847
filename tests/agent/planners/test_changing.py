"""Wishes to change a plan, and the typed edits they mean."""

from collections.abc import Callable
from typing import Any

import pytest
from dataflow_agent.agent.amending import amended
from dataflow_agent.agent.planners.offline import OfflinePlanner
from dataflow_agent.agent.state import Ask, Change, Draft
from dataflow_agent.memory.catalog import Catalog
from dataflow_agent.operators.core import Operator
from dataflow_agent.pipelines.edits import BindColumn, InsertStep, MoveStep, RemoveStep, SetOption, SetWhere
from dataflow_agent.pipelines.workflow import Step
from dataflow_agent.tools.profile import Profile

WHOLE = "strip the HTML, remove emojis, keep only English documents with at least 50 words and drop exact duplicates"
WORDS, LANGUAGE, DEDUP = "word_count_filter", "language_filter", "exact_dedup"
Wish = Callable[..., Change]


@pytest.fixture
def before(plan: Callable[..., Draft]) -> Draft:
    """strip_html, remove_emoji, word_count_filter, language_filter, exact_dedup."""
    return plan(WHOLE)


@pytest.fixture
def wish(before: Draft, catalog: Catalog, operators: dict[str, type[Operator]], profiles: dict[str, Profile]) -> Wish:
    def change(words: str, draft: Draft | None = None) -> Change:
        return OfflinePlanner(operators).change(words, draft or before, profiles["web"], catalog)

    return change


def setting(step: str, option: str, value: Any) -> SetOption:
    return SetOption(step=step, option=option, value=value)


@pytest.mark.parametrize(
    "words",
    [
        "actually, make it 80 words",
        "80 words",
        "80 words instead of 50",
        "make it 80",
        "at least 80 words please",
        "raise the minimum to 80 words",
        "increase the word limit from 50 to 80 words",
        "drop texts under 80 words",
        "set min_words of word_count_filter to 80",
    ],
)
def test_a_number_goes_to_the_limit_that_counts_in_its_unit(wish: Wish, words: str) -> None:
    change = wish(words)
    assert change.edits == (setting(WORDS, "min_words", 80),)
    assert not change.not_covered


@pytest.mark.parametrize("words", ["at most 500 words", "drop documents over 500 words", "and no more than 500 words"])
def test_the_direction_chooses_the_side(wish: Wish, words: str) -> None:
    assert wish(words).edits == (setting(WORDS, "max_words", 500),)


def test_both_ends_at_once(wish: Wish) -> None:
    edits = wish("make it at least 30 and at most 300 words").edits
    assert edits == (setting(WORDS, "min_words", 30), setting(WORDS, "max_words", 300))


def test_a_number_that_may_be_either_limit_is_asked_about(wish: Wish, plan: Callable[..., Draft]) -> None:
    both = plan("keep texts with 20 to 90 words")
    question = wish("make it 50 words", both).question
    assert question is not None
    assert wish(f"make it 50 words: {question.options[1]}", both).edits == (setting(WORDS, "max_words", 50),)


def test_a_limit_can_go(wish: Wish) -> None:
    assert wish("no minimum").edits == (setting(WORDS, "min_words", None),)


@pytest.mark.parametrize(
    ("words", "step"),
    [
        ("don't dedup", DEDUP),
        ("skip the deduplication", DEDUP),
        ("remove the language filter", LANGUAGE),
        ("drop the dedup step", DEDUP),
        ("without the emoji step", "remove_emoji"),
        ("don't remove emojis", "remove_emoji"),
        ("don't strip the html", "strip_html"),
        ("forget about the word filter", WORDS),
        ("remove word_count_filter", WORDS),
        ("remove step 2", "remove_emoji"),
        ("remove the last step", DEDUP),
    ],
)
def test_a_step_goes(wish: Wish, words: str, step: str) -> None:
    change = wish(words)
    assert change.edits == (RemoveStep(step=step),)
    assert not change.not_covered


@pytest.mark.parametrize(
    ("words", "languages"),
    [
        ("keep German too", ["en", "de"]),
        ("also German", ["en", "de"]),
        ("add German and French", ["en", "de", "fr"]),
        ("German instead of English", ["de"]),
        ("only German", ["de"]),
        ("keep English and Dutch", ["en", "nl"]),
    ],
)
def test_languages_are_added_or_replaced(wish: Wish, words: str, languages: list[str]) -> None:
    assert wish(words).edits == (setting(LANGUAGE, "languages", languages),)


def test_a_language_is_taken_from_the_list(wish: Wish, plan: Callable[..., Draft]) -> None:
    three = plan("keep English, German and French")
    assert wish("no German please", three).edits == (setting(LANGUAGE, "languages", ["en", "fr"]),)


def test_languages_that_are_dropped_grow_by_another(wish: Wish, plan: Callable[..., Draft]) -> None:
    dropping = plan("drop Russian texts")
    assert wish("drop Chinese too", dropping).edits == (setting(LANGUAGE, "languages", ["ru", "zh"]),)
    assert wish("keep Russian", dropping).edits == (RemoveStep(step=LANGUAGE),)


def test_what_the_plan_does_already_changes_nothing(wish: Wish) -> None:
    assert wish("no German please") == Change()


@pytest.mark.parametrize(
    ("words", "operator", "options", "index"),
    [
        ("also remove URLs", "strip_urls", {}, 2),
        ("mask emails and phone numbers", "mask_pii", {"kinds": ["email", "phone"]}, 2),
        ("keep rows with score above 0.5 as well", "expression_filter", {"expression": "score > 0.5"}, 3),
        ("drop near duplicates as well", "minhash_dedup", {}, 5),
        ("normalize whitespace before the word filter", "normalize_whitespace", {}, 2),
        ("normalize whitespace first", "normalize_whitespace", {}, 0),
        ("remove URLs at the end", "strip_urls", {}, 5),
    ],
)
def test_a_new_step_goes_where_such_steps_stand_or_where_it_was_said(
    wish: Wish, words: str, operator: str, options: dict[str, Any], index: int
) -> None:
    (edit,) = wish(words).edits
    assert edit == InsertStep(step=Step(id=operator, operator=operator, options=options), index=index)


def test_the_same_for_another_column_is_another_step(wish: Wish) -> None:
    (edit,) = wish("strip html from the title too").edits
    assert isinstance(edit, InsertStep)
    assert edit.step == Step(id="strip_html-2", operator="strip_html", options={"column": "title"})


def test_all_steps_on_the_text_go_to_another_column(wish: Wish) -> None:
    edits = wish("use the title column instead").edits
    one = [
        BindColumn(step=step, option="column", column="title")
        for step in ("strip_html", "remove_emoji", WORDS, LANGUAGE)
    ]
    assert edits == (*one, BindColumn(step=DEDUP, option="columns", column=("title",)))


def test_only_the_step_that_is_named_goes_to_another_column(wish: Wish) -> None:
    assert wish("deduplicate by url instead").edits == (BindColumn(step=DEDUP, option="columns", column=("url",)),)


def test_a_step_is_limited_to_some_rows_and_back(wish: Wish, before: Draft) -> None:
    change = wish("strip html only where source is wiki")
    assert change.edits == (SetWhere(step="strip_html", where='source = "wiki"'),)
    after, _ = amended(before, change)
    assert wish("strip html for all rows", after).edits == (SetWhere(step="strip_html", where=None),)


def test_rows_for_no_step_in_particular_are_asked_about(wish: Wish) -> None:
    question = wish("only for rows where source is wiki").question
    assert question is not None
    assert wish(f"only for wiki: {question.options[0]}").edits == (
        SetWhere(step="strip_html", where='source = "wiki"'),
    )


@pytest.mark.parametrize(
    ("words", "step", "index"),
    [
        ("dedupe first", DEDUP, 0),
        ("move the language filter to the end", LANGUAGE, 4),
        ("dedupe before the language filter", DEDUP, 3),
        ("put the html step after the emoji step", "strip_html", 1),
    ],
)
def test_a_step_moves(wish: Wish, words: str, step: str, index: int) -> None:
    assert wish(words).edits == (MoveStep(step=step, index=index),)


def test_one_operator_takes_the_place_of_another(wish: Wish) -> None:
    gone, come = wish("use near dedup instead of exact").edits
    assert gone == RemoveStep(step=DEDUP)
    assert come == InsertStep(step=Step(id="minhash_dedup", operator="minhash_dedup"), index=4)


def test_several_wishes_at_once(wish: Wish) -> None:
    edits = wish("make it 80 words, remove the language filter and also remove URLs").edits
    assert [edit.edit for edit in edits] == ["set_option", "remove", "insert"]


def test_switches_are_set(wish: Wish) -> None:
    assert wish("make the dedup ignore case").edits == (setting(DEDUP, "normalize", True),)


@pytest.mark.parametrize("words", ["translate to French", "upload it to S3", "rm -rf /", "asdf", "make it prettier"])
def test_what_no_edit_does_is_named(wish: Wish, words: str) -> None:
    change = wish(words)
    assert not change.edits
    assert change.not_covered == (words,)


def test_a_value_that_the_operator_refuses_is_not_set(wish: Wish, plan: Callable[..., Draft]) -> None:
    change = wish("use a threshold of 7", plan("drop near duplicates"))
    assert not change.edits
    assert change.not_covered


def test_a_changed_limit_is_proven_as_it_is_now(wish: Wish, before: Draft) -> None:
    after, _ = amended(before, wish("at most 500 words"))
    (ask,) = [ask for ask in after.asks if WORDS in ask.steps]
    assert ask.text == "at most 500 words"
    assert ask.check.arguments == {"min": 50, "max": 500}


def test_asks_of_other_steps_stay(wish: Wish, before: Draft) -> None:
    after, _ = amended(before, wish("make it 80 words"))

    def others(draft: Draft) -> list[Ask]:
        return [ask for ask in draft.asks if WORDS not in ask.steps]

    assert others(after) == others(before)


def test_a_step_on_another_column_is_proven_there(wish: Wish, before: Draft) -> None:
    after, _ = amended(before, wish("use the title column instead"))
    assert {ask.check.column for ask in after.asks} == {"title"}


def test_a_new_step_brings_its_ask_and_its_reason(wish: Wish, before: Draft) -> None:
    after, _ = amended(before, wish("also remove URLs"))
    assert any(ask.steps == ("strip_urls",) and ask.check.kind == "no_match" for ask in after.asks)
    assert "“also remove URLs”" in after.reasons["strip_urls"]


@pytest.mark.parametrize(
    ("request_", "words", "expression"),
    [
        ("only DHL parcels", "UPS too", 'carrier in ("DHL", "UPS")'),
        ("only DHL parcels", "add UPS", 'carrier in ("DHL", "UPS")'),
        ("only DHL parcels", "UPS instead of DHL", 'carrier = "UPS"'),
        ("only DHL parcels", "only UPS", 'carrier = "UPS"'),
        ("lost DHL or UPS parcels only", "Hermes as well", 'status = "lost" and carrier in ("DHL", "UPS", "Hermes")'),
        ("lost DHL or UPS parcels only", "no UPS", 'status = "lost" and carrier = "DHL"'),
        ("drop lost parcels", "returned ones too", 'status not in ("lost", "returned") or status is null'),
        ("drop lost parcels", "returned ones can go too", 'status not in ("lost", "returned") or status is null'),
        ("drop lost parcels", "keep the lost ones", None),
    ],
)
def test_values_join_those_that_a_filter_lists(
    plan: Callable[..., Draft],
    catalog: Catalog,
    operators: dict[str, type[Operator]],
    profiles: dict[str, Profile],
    request_: str,
    words: str,
    expression: str | None,
) -> None:
    made = plan(request_, "parcels")
    change = OfflinePlanner(operators).change(words, made, profiles["parcels"], catalog)
    wanted = (
        setting("expression_filter", "expression", expression) if expression else RemoveStep(step="expression_filter")
    )
    assert change.edits == (wanted,)
    assert not change.not_covered


def test_a_value_of_another_column_is_a_filter_of_its_own(
    plan: Callable[..., Draft], catalog: Catalog, operators: dict[str, type[Operator]], profiles: dict[str, Profile]
) -> None:
    change = OfflinePlanner(operators).change(
        "drop lost ones", plan("only DHL", "parcels"), profiles["parcels"], catalog
    )
    (edit,) = change.edits
    assert isinstance(edit, InsertStep)
    assert edit.step.options == {"expression": 'status != "lost" or status is null'}
