"""The commands `pipelines …`: parse, call, print."""
# ruff: noqa: ARG001, PLR0917 - typer makes options of parameters, and --json is heeded where all answers are printed

from typing import Annotated

import typer

from .answer import Answer
from .cli_options import (
    PLAIN,
    AllowNetwork,
    Data,
    Json,
    MaxCalls,
    MaxCost,
    MaxFailures,
    MaxTokens,
    NoCache,
    Overwrite,
    ReadAsOption,
    Resource,
    ResultPath,
    Sample,
    ShardRows,
    Workers,
    how_to_run,
    settings,
    spending_of,
)

pipelines = typer.Typer(help="Workflows that ship, ready to run.", **PLAIN)  # type: ignore[arg-type]

Name = Annotated[str, typer.Argument(metavar="NAME", help="A pipeline; `pipelines list` names them.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME", help="The column of your data with the text; OLD=NEW where a pipeline reads several columns."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="An option of the pipeline; `pipelines show` names them."),
]


@pipelines.command("list")
def list_pipelines(json_output: Json = False) -> Answer:
    """List the pipelines that ship, and whether they can run here."""
    from .pipelines import list_pipelines as listed

    return listed(settings(home=False))


@pipelines.command("show")
def show_pipeline(
    name: Name,
    column: ColumnOption = None,
    option: SetOption = None,
    yaml: Annotated[bool, typer.Option("--yaml", help="Print the workflow as YAML and nothing else.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="PLAN", help="Save the workflow here, for `apply`.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a plan that is there.")] = False,
    json_output: Json = False,
) -> Answer:
    """Show the steps of a pipeline with their reasons, or save them as a workflow to change."""
    from .pipelines import show_pipeline as shown

    return shown(name, column or (), option or (), output, settings(home=False), only_yaml=yaml, overwrite=overwrite)


@pipelines.command("run")
def run_pipeline(
    name: Name,
    data: Data,
    output: ResultPath,
    column: ColumnOption = None,
    option: SetOption = None,
    overwrite: Overwrite = False,
    workers: Workers = None,
    sample: Sample = None,
    resource: Resource = None,
    max_failures: MaxFailures = None,
    shard_rows: ShardRows = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    max_calls: MaxCalls = None,
    no_cache: NoCache = False,
    read_as: ReadAsOption = None,
    allow_network: AllowNetwork = False,
    json_output: Json = False,
) -> Answer:
    """Run a pipeline, without any planner; after an interruption the same command continues."""
    from .pipelines import run_pipeline as run

    spend = spending_of(max_cost, max_tokens, max_calls, no_cache)
    how = how_to_run(
        overwrite,
        sample,
        resource,
        max_failures,
        workers,
        shard_rows,
        spending=spend,
        read_as=read_as,
        allow_network=allow_network,
        silent=json_output,
    )
    return run(name, data, output, how, settings(), columns=column or (), options=option or ())
