"""What the commands share: their options, and looks at the process they are called in."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from ..operators.core.settings import Settings
    from ..operators.core.spending import Spending
    from .applying import Running

PLAIN = {"add_completion": False, "pretty_exceptions_enable": False}
MAX_WORKERS = 64

ReadAs = Literal["documents", "table"]
Kind = Literal["generate", "evaluate", "filter", "refine"]
Planner = Literal["auto", "llm", "offline"]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Data = Annotated[list[str], typer.Option("--input", "-i", metavar="PATH", help="A data file; repeat for several.")]
Maybe = Annotated[
    list[str] | None, typer.Option("--input", "-i", metavar="PATH", help="A data file; repeat for several.")
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="PATH", help="The result: .jsonl, .csv or .parquet; made up if not given."),
]
ResultPath = Annotated[
    str, typer.Option("--output", "-o", metavar="PATH", help="The result: .jsonl, .csv or .parquet.")
]
AllowNetwork = Annotated[
    bool, typer.Option("--allow-network", help="Inputs, output and what steps fetch may lead out of this machine.")
]
ReadAsOption = Annotated[
    ReadAs | None, typer.Option("--as", help="What is read of a folder that holds both documents and tables.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an output that is there.")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, max=MAX_WORKERS, metavar="N", help="Processes that work side by side; 1 if not given."),
]
Sample = Annotated[int | None, typer.Option(min=1, metavar="N", help="Read only the first N rows.")]
ShardRows = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Write a folder of files of N rows each; -o names the folder.")
]
Resource = Annotated[
    list[str] | None, typer.Option(metavar="NAME=PATH|URL", help="What a name used by a workflow stands for.")
]
MaxFailures = Annotated[
    str | None, typer.Option(metavar="N|SHARE", help="Rows that may fail at a step: 10, or 5%, before the run stops.")
]
MaxCost = Annotated[
    float | None, typer.Option(metavar="MONEY", help="Most a run may cost, by the prices in the settings.")
]
MaxTokens = Annotated[int | None, typer.Option(min=1, metavar="N", help="Most tokens a run may take of a model.")]
MaxCalls = Annotated[int | None, typer.Option(min=1, metavar="N", help="Most requests a run may send to a model.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Ask the model again, also where its reply is known.")]
KindOption = Annotated[Kind | None, typer.Option(help="Only operators of this kind.")]
PlannerOption = Annotated[Planner, typer.Option(help="Who plans: a model, rules, or a model where one is configured.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="A run's id, its beginning, or `last`.")]
StepArgument = Annotated[str, typer.Argument(metavar="STEP", help="The id of a step of the run's workflow.")]


def named_values(given: Iterable[str], wanted: str) -> dict[str, str]:
    """Arguments such as NAME=VALUE, taken apart.

    Args:
        wanted: the beginning of the sentence that refuses one.

    Raises:
        TyperException: one has no name or no value, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in given:
        name, _, value = text.partition("=")
        if not (name and value):
            raise typer.TyperException(f"{wanted}, got {text!r}")
        if name in found:
            raise typer.TyperException(f"{wanted}, each name once; {name!r} is given twice")
        found[name] = value
    return found


def settings(*, home: bool = True) -> "Settings":
    """The settings of this machine; see `configured.settings`."""
    from .configured import settings as configured

    return configured(home=home)


def how_to_run(  # noqa: PLR0917 - in the order in which the commands have them
    overwrite: bool,
    sample: int | None,
    resource: list[str] | None,
    max_failures: str | None,
    workers: int | None = None,
    shard_rows: int | None = None,
    *,
    spending: "Spending | None" = None,
    read_as: ReadAs | None = None,
    allow_network: bool = False,
    silent: bool,
) -> "Running":
    """The options of what runs, as typed; see `applying.Running`.

    Raises:
        TyperException: a resource is not NAME=PATH.
    """
    from .applying import Running

    bound = named_values(resource or [], "--resource wants NAME=PATH or NAME=URL")
    return Running(
        overwrite=overwrite,
        sample=sample,
        resources=bound,
        max_failures=max_failures,
        workers=workers,
        shard_rows=shard_rows,
        spending=spending,
        read_as=read_as,
        allow_network=allow_network,
        silent=silent,
    )


def spending_of(
    max_cost: float | None, max_tokens: int | None, max_calls: int | None, no_cache: bool
) -> "Spending | None":
    """What may be spent on a model, as typed; None where nothing was said.

    Raises:
        TyperException: a cap is no amount.
    """
    if max_cost is None and max_tokens is None and max_calls is None and not no_cache:
        return None
    from ..operators.core.spending import Spending

    if max_cost is not None and not 0 < max_cost < float("inf"):
        raise typer.TyperException(f"--max-cost wants an amount above 0, got {max_cost}")
    return Spending(max_cost=max_cost, max_tokens=max_tokens, max_calls=max_calls, use_cache=not no_cache)


def on_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()
