"""The commands `runs …`: parse, call, print."""
# ruff: noqa: ARG001 - typer makes options of parameters, and --json is heeded where all answers are printed

import json
from typing import TYPE_CHECKING, Annotated

import typer

from .answer import Answer
from .cli_options import PLAIN, Json, RunArgument, StepArgument, named_values, on_terminal, settings

if TYPE_CHECKING:
    from pydantic import JsonValue

runs = typer.Typer(help="What was run, and what became of each row.", **PLAIN)  # type: ignore[arg-type]


@runs.command("list")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, help="Most runs listed.")] = 20, json_output: Json = False
) -> Answer:
    """List the runs, newest first."""
    from .history import list_runs as listed

    return listed(settings(), limit)


@runs.command("show")
def show_run(
    run: RunArgument,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write the report as a page for the browser, too.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a page that is there.")] = False,
    json_output: Json = False,
) -> Answer:
    """Show the report of a run: what each step left, and what its filters measured."""
    from .history import show_run as shown

    if overwrite and html is None:
        raise typer.TyperException("--overwrite goes with --html FILE")
    return shown(settings(), run, page=html, overwrite=overwrite)


@runs.command("why")
def why(
    run: RunArgument,
    row: Annotated[
        str | None, typer.Argument(metavar="ROW", help="A line such as 17, or file.jsonl:17, or a row id.")
    ] = None,
    value: Annotated[
        str | None, typer.Option("--id", metavar="VALUE", help="Find the row by what it holds in a column.")
    ] = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help="The column of --id; `id` if not given.")] = None,
    json_output: Json = False,
) -> Answer:
    """Tell what happened to a row."""
    from .questions import explain_row, explain_value

    if (row is None) == (value is None) or (column is not None and value is None):
        raise typer.TyperException("name one row: by its line, as in `runs why last 17`, or by --id VALUE")
    if row is not None:
        return explain_row(settings(), run, row)
    return explain_value(settings(), run, column or "id", value or "")


@runs.command("diff")
def diff(
    run: RunArgument,
    step: StepArgument,
    count: Annotated[int, typer.Option(min=1, max=100, metavar="N", help="Most changes shown.")] = 5,
    json_output: Json = False,
) -> Answer:
    """Show what a step changed, as differences by word."""
    from .questions import show_changes

    return show_changes(settings(), run, step, count)


@runs.command("whatif")
def whatif(
    run: RunArgument,
    step: StepArgument,
    changes: Annotated[list[str], typer.Argument(metavar="OPTION=VALUE", help="New limits, such as min_words=80.")],
    json_output: Json = False,
) -> Answer:
    """Tell what a filter would have kept with other limits; nothing is run."""
    from .questions import ask_what_if

    given = named_values(changes, "whatif wants OPTION=VALUE, such as min_words=80")
    return ask_what_if(settings(), run, step, {option: _value(text) for option, text in given.items()})


@runs.command("clean")
def clean(
    purge: Annotated[bool, typer.Option("--purge", help="Remove all runs and all that is cached.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Purge without asking.")] = False,
    keep_runs: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="The newest N runs keep all they have; 10 if not given.")
    ] = None,
    max_size: Annotated[
        str | None, typer.Option(metavar="SIZE", help="What the cache may hold: 500MB, 20GB; 20GiB if not given.")
    ] = None,
    json_output: Json = False,
) -> Answer:
    """Give disk space back; what is removed is computed again when it is needed. Outputs always stay."""
    from .cleaning import clean_up, purge_all

    if purge and (keep_runs is not None or max_size is not None):
        raise typer.TyperException("--purge removes everything, so it takes neither --keep-runs nor --max-size")
    if not purge:
        return clean_up(settings(), keep_runs, max_size)
    return purge_all(settings(), yes=yes, ask=not json_output and on_terminal())


@runs.command("attach")
def attach(run: RunArgument, json_output: Json = False) -> Answer:
    """Follow a run to its end and end as it does; Ctrl-C leaves it at work."""
    from .following import follow

    return follow(settings(), run, silent=json_output)


@runs.command("stop")
def stop(run: RunArgument, json_output: Json = False) -> Answer:
    """Stop a run that goes on by itself; what it finished is kept."""
    from .following import stop as stopped

    return stopped(settings(), run)


def _value(text: str) -> "JsonValue":
    """A value as JSON where it is JSON, else as text."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return text
    return value
