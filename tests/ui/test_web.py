"""The page in a browser, as a person uses it; each wait is for a state, never for time."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from dataflow_agent.agent.planners.scripted import ScriptedPlanner
from dataflow_agent.agent.state import Draft, Question
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.testing import FailOn
from dataflow_agent.operators.core.testing_endpoint import FakeEndpoint
from dataflow_agent.pipelines.workflow import Step, Workflow
from dataflow_agent.ui.web import Served, launch
from playwright import sync_api as playwright

expect = playwright.expect
pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)

Opened = Callable[..., Any]
REQUEST = (
    "strip the HTML and URLs, remove emojis, keep only English documents with at least 50 words, "
    "then drop near duplicates"
)
ENGLISH = (
    "The harbour was quiet in the morning and the fishermen mended their nets while the gulls waited on the wall "
    "for whatever might fall from the boats when they came back from the open sea before noon "
)
OTHER = (
    "Nobody in the village could remember a winter with so much snow and yet the postman walked up the hill every "
    "day with letters that had travelled for weeks from cities most of his neighbours would never see "
)
GERMAN = "Der Hafen lag am Morgen still und die Fischer flickten ihre Netze während die Möwen auf der Mauer warteten. "
NASTY = "<img src=x onerror=alert(1)><script>alert(2)</script>${alert(3)}{{constructor}}"
ASKING = {"prompt": "What is this about? {text}", "output": "about"}
ROWS = [
    {"id": 1, "text": f"<p>{ENGLISH * 3}</p> https://example.org/a 😀", "note": "plain"},
    {"id": 2, "text": "far too short", "note": "plain"},
    {"id": 3, "text": f"<div>{ENGLISH * 3}</div> https://example.org/b", "note": "plain"},
    {"id": 4, "text": GERMAN * 6, "note": "plain"},
    {"id": 5, "text": OTHER * 2, "note": NASTY},
    {"id": 6, "text": "He said that it would rain. " * 10, "note": "plain"},
]


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Served]]:
    """Starts servers in one home, since gradio knows one folder for uploads in a process."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("GRADIO_TEMP_DIR", "GRADIO_ANALYTICS_ENABLED", "HF_HUB_DISABLE_TELEMETRY"):
            environment.setenv(name, "")
        started: list[Served] = []

        home = tmp_path_factory.mktemp("served")

        def start(planner: Any = "offline", **more: Any) -> Served:
            started.append(launch(Settings(home=home, **more), planner, port=0, prevent_thread_lock=True))
            return started[-1]

        yield start
        for served in started:
            served.close()


@pytest.fixture(scope="module")
def served(serving: Callable[..., Served]) -> Served:
    return serving()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write(tmp_path / "crawl.jsonl", ROWS)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def scripted(*steps: Step, **more: Any) -> ScriptedPlanner:
    return ScriptedPlanner(drafts=[Draft(workflow=Workflow(steps=steps), **more)])


def test_from_words_to_a_result_that_can_be_downloaded_and_explained(
    served: Served, opened: Opened, tmp_path: Path
) -> None:
    window = opened(served.url)
    page = window.page
    data = write(tmp_path / "story.jsonl", ROWS)
    assert page.title() == "DataFlow Agent"
    window.give(data)

    window.say(REQUEST)
    expect(window.button("Approve and run")).to_be_enabled()
    assert {"strip_html", "strip_urls", "remove_emoji", "language_filter", "word_count_filter"} < {*window.steps()}
    assert window.steps()[-1] == "minhash_dedup"
    expect(window.options("word_count_filter")).to_have_text("min_words 50")
    expect(page.locator("#df-plan-details")).to_contain_text("text has at least 50 words")

    window.say("actually, make it 80 words")
    expect(page.locator("#df-plan .df-changed")).to_have_count(1)
    expect(window.options("word_count_filter")).to_have_text("min_words 50 80")
    expect(page.locator("#df-plan")).to_contain_text("word_count_filter: min_words 50 -> 80")

    window.button("Approve and run").click()
    expect(window.tab("Result")).to_have_attribute("aria-selected", "true")
    link = page.get_by_role("link", name="Download the result")
    with page.expect_download() as download:
        link.click()
    got = Path(download.value.path()).read_bytes()
    kept = [json.loads(line)["id"] for line in got.splitlines()]
    assert kept == [1]
    on_disk = list(served.folder.rglob("story.clean.jsonl"))
    assert [path.read_bytes() for path in on_disk] == [got]
    assert page.locator("#df-rows tbody tr").count() == len(kept)

    window.tab("Run").click()
    expect(page.locator("#df-run").get_by_role("table", name="What each step did")).to_be_visible()
    row = page.locator("#df-run tbody tr").filter(has=page.get_by_text("minhash_dedup", exact=True)).first
    assert row.locator("td").all_text_contents()[:2] == ["minhash_dedup", "2"]

    window.tab("Result").click()
    page.locator("#df-row input, #df-row textarea").fill("2")
    window.button("Why?").click()
    expect(page.locator("#df-story")).to_contain_text("Row 2 was dropped by word_count_filter.")
    expect(page.locator("#df-story tbody tr").last).to_contain_text("at least 80")


def test_what_the_data_holds_is_text_and_never_markup(
    serving: Callable[..., Served], opened: Opened, tmp_path: Path
) -> None:
    rows = [{**row, NASTY: "named badly"} for row in ROWS]
    asked = Question(text=f"Which column? {NASTY}", options=(NASTY, "text"))
    steps = (Step(id="words", operator="word_count_filter", options={"min_words": 3}, where=f'note != "{NASTY}"'),)
    draft = Draft(workflow=Workflow(steps=steps), reasons={"words": NASTY}, notes=(NASTY,))
    planner = ScriptedPlanner(drafts=[draft.model_copy(update={"question": asked}), draft])
    window = opened(serving(planner).url)
    page = window.page
    window.give(write(tmp_path / "rows.jsonl", rows))
    window.say(f"keep all of {NASTY}")
    expect(window.button(NASTY)).to_be_visible()
    window.button(NASTY).click()
    expect(window.button("Approve and run")).to_be_enabled()
    expect(page.locator("#df-plan td.df-why")).to_have_text(NASTY)
    window.button("Approve and run").click()

    expect(page.locator("#df-rows th").get_by_text(NASTY, exact=True)).to_be_visible()
    assert page.locator("#df-rows tbody tr").nth(4).locator("td").nth(3).text_content() == NASTY
    expect(page.locator("#df-chat")).to_contain_text(f"keep all of {NASTY}")
    page.locator("#df-row textarea, #df-row input").fill(NASTY)
    window.button("Why?").click()
    expect(page.locator("#df-story")).to_contain_text("read no row")
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("main script").count() == 0


def test_the_number_of_a_step_stands_in_one_line(serving: Callable[..., Served], opened: Opened, data: Path) -> None:
    steps = [Step(id=f"a_step_of_a_rather_long_name_{n}", operator="empty_text_filter") for n in range(1, 11)]
    planner = ScriptedPlanner(
        drafts=[Draft(workflow=Workflow(steps=steps), reasons={one.id: REQUEST for one in steps})]
    )
    window = opened(serving(planner).url)
    window.give(data)
    window.say("drop empty texts, ten times")
    places = window.page.locator("#df-plan td.df-place")
    expect(places).to_have_text([str(n) for n in range(1, 11)])
    lines = "cell => { const r = document.createRange(); r.selectNodeContents(cell); return r.getClientRects().length }"
    assert [cell.evaluate(lines) for cell in places.all()] == [1] * 10


def test_a_plan_is_edited_by_hand_and_faults_are_told_in_a_sentence(served: Served, opened: Opened, data: Path) -> None:
    window = opened(served.url)
    page = window.page
    window.give(data)
    window.say("remove emojis, then keep documents with at least 50 words")
    expect(window.button("Approve and run")).to_be_enabled()
    assert window.steps() == ["remove_emoji", "word_count_filter"]
    page.get_by_role("button", name="Change the plan by hand").click()

    window.set_option("word_count_filter", "min_words", "many")
    expect(page.locator("#df-edit-note")).to_contain_text("allowed: a whole number of at least 0 or null")
    expect(window.options("word_count_filter")).to_have_text("min_words 50")

    window.set_option("word_count_filter", "min_words", "70")
    expect(window.options("word_count_filter")).to_have_text("min_words 50 70")
    expect(page.locator("#df-plan-details")).to_contain_text("text has at least 70 words")

    window.button("Move step up").click()
    expect(page.locator("#df-plan td.df-step").first).to_contain_text("word_count_filter")
    window.button("Move step up").click()
    expect(page.locator("#df-edit-note")).to_contain_text("word_count_filter is the first step already")

    window.button("Remove step").click()
    expect(page.locator("#df-plan td.df-step")).to_have_count(1)
    window.button("Undo last change").click()
    expect(page.locator("#df-plan td.df-step")).to_have_count(2)
    expect(window.options("word_count_filter")).to_contain_text("70")
    expect(page.locator("#df-plan-details")).to_contain_text("text has at least 70 words")

    window.set_option("remove_emoji", "where", "note >")
    expect(page.locator("#df-edit-note")).to_contain_text("the condition cannot be read")
    window.set_option("remove_emoji", "where", 'note = "plain"')
    expect(window.options("remove_emoji")).to_contain_text('only rows where all rows note = "plain"')


def test_what_cannot_be_used_is_told_in_a_sentence(served: Served, opened: Opened, data: Path, tmp_path: Path) -> None:
    window = opened(served.url)
    page = window.page
    window.say(REQUEST)
    expect(page.locator("#df-chat")).to_contain_text("Which data? Add at least one file first.")
    picture = tmp_path / "cat.gif"
    picture.write_bytes(b"GIF89a")
    window.drop(picture)
    expect(page.locator("#df-file-list")).to_contain_text("cat.gif: the ending tells the format")
    assert not list(served.folder.rglob("cat.gif"))

    window.give(data)
    window.say("translate everything into Latin")
    expect(page.locator("#df-plan .df-bad")).to_be_visible()
    expect(window.button("Approve and run")).to_be_hidden()
    assert "Traceback" not in page.content()


def test_every_window_has_its_own_conversation_and_keeps_it_over_a_reload(
    served: Served, opened: Opened, data: Path
) -> None:
    one, other = opened(served.url), opened(served.url)
    one.give(data)
    one.say("keep documents with at least 50 words")
    expect(one.button("Approve and run")).to_be_enabled()
    one.page.reload()
    expect(one.page.locator("#df-file-list")).to_contain_text("crawl.jsonl")
    expect(one.button("Approve and run")).to_be_enabled()
    assert one.steps() == ["word_count_filter"]

    other.page.reload()
    expect(other.page.get_by_text("No data yet")).to_be_visible()
    one.button("Start over").click()
    expect(one.page.get_by_text("No data yet")).to_be_visible()
    assert one.steps() == []


def test_a_narrow_page_shows_everything_and_the_keyboard_is_enough(served: Served, opened: Opened, data: Path) -> None:
    window = opened(served.url, width=390, height=844)
    page = window.page
    window.give(data)
    page.get_by_label("What should the data become?").focus()
    page.keyboard.type("keep documents with at least 50 words")
    page.keyboard.press("Enter")
    expect(window.button("Approve and run")).to_be_enabled()
    assert _overflow(page) == 0
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Approve and run":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Download the result")).to_be_visible()
    assert _overflow(page) == 0
    nameless = page.locator("input:visible, textarea:visible, button:visible").evaluate_all(
        "all => all.filter(one => !(one.textContent.trim() || one.ariaLabel || one.labels?.length || one.title))"
        ".map(one => one.outerHTML.slice(0, 200))"
    )
    assert nameless == []


def _overflow(page: Any) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_the_page_stays_alive_while_a_plan_runs(
    serving: Callable[..., Served], opened: Opened, tmp_path: Path, waiting: ModuleType
) -> None:
    gate = tmp_path / "gate"
    wait = Step(id="wait", operator="testing_wait_for", options={"path": str(gate)})
    window = opened(serving(scripted(wait)).url)
    page = window.page
    texts = [f"row {n}" for n in range(299)] + ["wait here"]  # which is not in the sample
    window.give(write(tmp_path / "many.jsonl", [{"text": text} for text in texts]))
    window.say("wait at the gate")
    window.button("Approve and run").click()
    progress = page.get_by_role("table", name="Progress, stage by stage")
    expect(progress).to_contain_text("starting")
    window.say("make it faster")
    expect(page.locator("#df-chat")).to_contain_text("The last message is still being dealt with")
    page.reload()
    expect(progress).to_contain_text("starting")
    gate.touch()
    expect(page.locator("#df-rows")).to_contain_text("The first 50 of 300 rows")


def test_a_plan_that_costs_money_is_quoted_tried_with_three_rows_and_run(
    serving: Callable[..., Served], opened: Opened, tmp_path: Path
) -> None:
    steps = (Step(id="long", operator="word_count_filter"), Step(id="label", operator="llm_generate", options=ASKING))
    with FakeEndpoint(lambda _: "a harbour") as endpoint:
        model = {"llm_base_url": endpoint.base_url, "llm_model": "fake", "llm_price_in": 1.0, "llm_price_out": 2.0}
        window = opened(serving(scripted(*steps), **model).url)
        window.give(write(tmp_path / "paid.jsonl", ROWS))
        window.say("say what each text is about")
        plan, attempt = window.page.locator("#df-plan"), window.button("Try 3 rows")
        expect(attempt).to_be_enabled()
        # One of the six is too short to get there.
        expect(plan).to_contain_text("Quote for 6 rows: 5 calls")
        assert not endpoint.calls
        attempt.click()
        expect(plan).to_contain_text("3 rows that went through")
        expect(attempt).to_be_hidden()
        assert sum(endpoint.calls.values()) == 3
        window.button("Approve and run").click()
        expect(window.tab("Result")).to_have_attribute("aria-selected", "true")
        expect(window.page.locator("#df-rows tbody tr").first).to_contain_text("a harbour")
        assert sum(endpoint.calls.values()) == 5


def test_a_run_that_fails_says_why_and_can_be_tried_again(
    serving: Callable[..., Served], opened: Opened, tmp_path: Path
) -> None:
    window = opened(serving(scripted(Step(id="fail", operator=FailOn.name))).url)
    page = window.page
    window.give(write(tmp_path / "bad.jsonl", [{"text": "fail here"}] * 3))
    window.say("fall down")
    window.button("Approve and run").click()
    window.tab("Run").click()
    expect(page.locator("#df-run .df-bad")).to_contain_text("all 3 rows that reached it failed")
    window.tab("Plan").click()
    expect(window.button("Try again")).to_be_enabled()
    assert "Traceback" not in page.content()
