"""The command line: parses, calls, prints, and ends with the exit code."""
# ruff: noqa: ARG001, PLR0917 - typer makes options of parameters, and --json is heeded where all answers are printed

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, NoReturn

import typer

from .answer import Answer
from .cli_evaluate import evaluate
from .cli_options import (
    PLAIN,
    AllowNetwork,
    Data,
    Json,
    KindOption,
    MaxCalls,
    MaxCost,
    MaxFailures,
    MaxTokens,
    Maybe,
    NoCache,
    Output,
    Overwrite,
    PlannerOption,
    ReadAsOption,
    Resource,
    ResultPath,
    Sample,
    ShardRows,
    Workers,
    how_to_run,
    on_terminal,
    settings,
    spending_of,
)
from .cli_pipelines import pipelines
from .cli_runs import runs

PROGRAM = "dataflow-agent"
STDOUT, STDERR = 1, 2
"""Descriptors of every process."""
EXIT_CODES = "Ends with 0 completed or planned, 1 failed, 2 invalid, 3 needs input, 4 rejected, 130 interrupted."

app = typer.Typer(epilog=EXIT_CODES, **PLAIN)  # type: ignore[arg-type]
operators = typer.Typer(help="What can be done to rows.", **PLAIN)  # type: ignore[arg-type]
app.add_typer(operators, name="operators")
app.add_typer(pipelines, name="pipelines")
app.add_typer(runs, name="runs")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"{PROGRAM} {version(PROGRAM)}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    """Say in plain words what your training data should become."""


@app.command("run")
def run_request(
    request: Annotated[str | None, typer.Argument(metavar="REQUEST", help="What the data should become.")] = None,
    data: Maybe = None,
    output: Output = None,
    yes: Annotated[bool, typer.Option("--yes", help="Run the plan without asking.")] = False,
    planner: PlannerOption = "auto",
    partial: Annotated[bool, typer.Option("--partial", help="Run what is covered, though not all is.")] = False,
    thread: Annotated[str | None, typer.Option(metavar="ID", help="Go on with a request that asked something.")] = None,
    answer: Annotated[str | None, typer.Option(metavar="TEXT", help="The answer: approve, reject, or words.")] = None,
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
    """Plan a request, show the plan, and run it when it is approved."""
    going_on = thread is not None or answer is not None
    if going_on and (request or data or yes or partial or not (thread and answer)):
        raise typer.TyperException("--thread and --answer go together, and without a request and its data")
    if not going_on and not (request and data):
        raise typer.TyperException('give a request and its data: run "keep texts of 50 words or more" -i data.jsonl')
    from .requesting import Request, go_on, start

    spend = spending_of(max_cost, max_tokens, max_calls, no_cache)
    running = how_to_run(
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
    if thread and answer:
        ask = not json_output and on_terminal()
        return go_on(thread, answer, running, settings(), output=output, planner=planner, ask=ask)
    wanted = Request(request or "", tuple(data or ()), output, planner, yes=yes, partial=partial)
    return start(wanted, running, settings(), ask=not json_output and on_terminal())


@app.command()
def plan(
    request: Annotated[str, typer.Argument(metavar="REQUEST", help="What the data should become.")],
    data: Data,
    output: Annotated[str | None, typer.Option("--output", "-o", metavar="PLAN", help="Save the plan here.")] = None,
    planner: PlannerOption = "auto",
    partial: Annotated[bool, typer.Option("--partial", help="Keep what is covered, though not all is.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a plan that is there.")] = False,
    sample: Sample = None,
    resource: Resource = None,
    read_as: ReadAsOption = None,
    json_output: Json = False,
) -> Answer:
    """Plan a request and run nothing; `apply` runs a saved plan."""
    from .requesting import Request, make_plan

    running = how_to_run(False, sample, resource, None, read_as=read_as, silent=json_output)
    wanted = Request(request, tuple(data), output, planner, partial=partial)
    return make_plan(wanted, running, settings(), overwrite=overwrite, ask=not json_output and on_terminal())


@app.command("apply")
def apply_plan(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A saved workflow: YAML or JSON.")],
    data: Data,
    output: ResultPath,
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
    """Run a saved workflow, without any planner; after an interruption the same command continues."""
    from .applying import apply_plan as apply

    spend = spending_of(max_cost, max_tokens, max_calls, no_cache)
    running = how_to_run(
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
    return apply(plan, data, output, running, settings())


@app.command()
def chat(
    data: Maybe = None,
    planner: PlannerOption = "auto",
) -> Answer:
    """Talk about your data in the terminal; `exit` or Ctrl-D ends."""
    from .chatting import talk

    return talk(settings(), tuple(data or ()), planner)


@app.command()
def ui(
    planner: PlannerOption = "auto",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where it is served; 0 for any that is free.")] = 7860,
) -> Answer:
    """Open the web page, served on this machine only."""
    from .opening import open_page

    return open_page(settings(), planner, port)


@operators.command("list")
def list_operators(kind: KindOption = None, json_output: Json = False) -> Answer:
    """List the operators."""
    from .catalogue import list_operators as listed

    return listed(kind)


@operators.command("show")
def show_operator(name: str, json_output: Json = False) -> Answer:
    """Show what an operator does, its options and an example."""
    from .catalogue import show_operator as shown

    return shown(name)


@operators.command("search")
def search_operators(text: str, kind: KindOption = None, json_output: Json = False) -> Answer:
    """Find the operators that a text means."""
    from .catalogue import search_operators as search

    return search(text, kind, settings())


@app.command()
def doctor(
    probe: Annotated[bool, typer.Option(help="Ask the configured model what it can do, by a few tiny calls.")] = False,
    json_output: Json = False,
) -> Answer:
    """Say what this machine can do, and what to type for what is missing."""
    from .doctor import examine

    return examine(settings(home=False), probe=probe)


@app.command()
def demo(
    folder: Annotated[str, typer.Option(help="Where the demonstration leaves its files.")] = "dataflow-demo",
    json_output: Json = False,
) -> Answer:
    """See it work on data that is shipped with the package: no key, no network, under two minutes."""
    from .demo import demonstrate

    return demonstrate(folder, settings(), silent=json_output)


app.command("evaluate")(evaluate)


def call(arguments: Sequence[str]) -> int:
    """Carry out one command line and print its answer.

    Returns:
        The exit code: 0 completed or planned, 1 failed, 2 usage or invalid input, 3 needs input, 4 rejected,
        130 interrupted.
    """
    as_json = "--json" in arguments
    try:
        with _prints_apart() if as_json else contextlib.nullcontext():
            said = _answer(arguments)
    except typer.Exit as ended:
        return ended.exit_code
    from .delivery import deliver

    return deliver(said, as_json=as_json)


@contextlib.contextmanager
def _prints_apart() -> Iterator[None]:
    """Whatever a library prints goes to stderr: nothing may come between the bytes of the JSON object."""
    sys.stdout.flush()
    kept = os.dup(STDOUT)
    os.dup2(STDERR, STDOUT)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(kept, STDOUT)
        os.close(kept)


def _answer(arguments: Sequence[str]) -> Answer:
    command = typer.main.get_command(app)
    try:
        _refuse_undecodable(arguments)
        with command.make_context(PROGRAM, list(arguments)) as context:
            said: Answer = command.invoke(context)
            return said
    except (typer.Exit, SystemExit):
        raise
    except typer.TyperException as error:
        from .delivery import usage_answer

        place = getattr(error, "ctx", None)
        return usage_answer(error.format_message(), place.command_path if place else PROGRAM)
    except BaseException as error:  # noqa: BLE001 - the outermost border: every end has its exit code
        from .delivery import answer_to, answer_to_bug

        return answer_to(error) or answer_to_bug(error)


def _refuse_undecodable(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no text: neither JSON nor the planner could carry them."""
    for argument in arguments:
        if argument != argument.encode("utf-8", "replace").decode():
            shown = argument.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            raise typer.TyperException(f"{shown} is not valid UTF-8; rename the file, or write the argument in UTF-8")


def main() -> NoReturn:
    """Run the command line of this process; without arguments it shows what there is."""
    try:
        sys.exit(call(sys.argv[1:] or ["--help"]))
    except BrokenPipeError:
        # The reader of stdout left; nothing more may be written there, not even by the interpreter's end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
