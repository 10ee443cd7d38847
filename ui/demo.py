"""The command `demo`: a request, its plan, its run and the story of two rows, on data shipped with the package."""

from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from ..agent.api import Agent, RunOptions, Standing
from ..operators.core import InvalidInput
from ..operators.core.settings import Settings
from ..pipelines.ledger import Story
from ..pipelines.report import Report
from ..pipelines.run import Home
from .answer import Answer
from .document import from_standing
from .history import telling_rows
from .progress import Watch
from .requesting import answer_for
from .results import DemoResult, StoryResult
from .saving import save_plan
from .show import LAST, heading, next_steps, quoted, report_view, sentence, story_view, unbroken
from .show_plan import plan_view

REQUEST = (
    "Strip HTML tags, remove URLs and emoji, mask e-mail addresses and phone numbers, "
    "keep English texts of at least 50 words, drop exact duplicates and near duplicates"
)
SAMPLE = "demo.jsonl"
TOLD = ("dropped", "merged")


def demonstrate(folder: str, settings: Settings, *, silent: bool) -> Answer:
    """Clean the sample by rules, and show each step of the way.

    Args:
        folder: where data, plan and result are left; made when it is not there.
        silent: show no progress.

    Raises:
        InvalidInput: the folder holds other things, or cannot be made.
    """
    place = Path(folder).absolute()
    data = _lay_out(place)
    agent = Agent(planner="offline", settings=settings)
    with Watch(silent=silent) as watch:
        options = RunOptions(yes=True, overwrite=True)
        standing = agent.start(REQUEST, data, output=place / "clean.jsonl", options=options, on_event=watch)
    if standing.status != "completed" or standing.report is None or standing.draft is None:
        return answer_for(standing, settings)
    save_plan(standing.draft.workflow, standing.draft.reasons, place / "plan.yaml")
    ledger = Home.of(settings).ledger(standing.report.id)
    rows = {fate: row for fate, row in telling_rows(ledger, standing.report).items() if fate in TOLD}
    stories = {fate: ledger.why(row) for fate, row in rows.items()}
    told = tuple(StoryResult.of(standing.report.id, story) for story in stories.values())
    result = DemoResult(folder=str(place), request=REQUEST, stories=told)
    shown = (*_opening(data), plan_view(standing), *_ending(standing, standing.report, rows, stories.values(), place))
    return Answer(from_standing(standing, result=result), shown)


def _lay_out(place: Path) -> Path:
    """The sample in its folder; what is not of an earlier demonstration is not touched."""
    sample = files("dataflow_agent.pipelines").joinpath("samples", SAMPLE).read_bytes()
    data = place / SAMPLE
    try:
        place.mkdir(parents=True, exist_ok=True)
        if any(place.iterdir()) and not (data.is_file() and data.read_bytes() == sample):
            message = f"the folder {place} holds other things; name another one with --folder"
            raise InvalidInput.of("folder_in_use", message, got=str(place))
        data.write_bytes(sample)
    except OSError as error:
        message = f"{place} cannot be used ({error.strerror}); name another folder with --folder"
        raise InvalidInput.of("folder_unusable", message, got=str(place)) from error
    return data


def _opening(data: Path) -> tuple[RenderableType, ...]:
    return (
        heading("1. The data, and what it should become"),
        unbroken(f"   {data}"),
        sentence(f'   "{REQUEST}"'),
        Text(),
        heading("2. The plan, made by rules: no key, no network"),
        Text(),
    )


def _ending(
    standing: Standing, report: Report, rows: Mapping[str, str], stories: Iterable[Story], place: Path
) -> list[RenderableType]:
    told: list[RenderableType] = []
    for story in stories:
        told += [Text(), story_view(story, report.inputs)]
    return [
        heading("3. The run"),
        Text(),
        report_view(report, said=standing.message, asks=standing.asks, name=LAST, hints=False),
        Text(),
        heading("4. Why: every row has its story"),
        *told,
        Text(),
        unbroken(f"Data, plan and result are in {place}", "bold"),
        next_steps(
            *((f"runs why {LAST} {quoted(row)}", f"why row {row} was {fate}") for fate, row in rows.items()),
            (
                f"apply {quoted(place / 'plan.yaml')} -i {quoted(place / SAMPLE)} -o again.jsonl",
                "the saved plan again, which finds its parts done",
            ),
            ('run "keep texts of at least 50 words" -i YOUR.jsonl', "your own data"),
        ),
    ]
