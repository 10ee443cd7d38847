"""The command `evaluate`: parse, call, print."""
# ruff: noqa: PLR0917 - typer makes options of parameters, and --json is heeded where all answers are printed

from typing import Annotated

import typer

from .answer import Answer
from .cli_options import Data, Json, Sample


def evaluate(
    data: Data,
    against: Annotated[
        list[str] | None,
        typer.Option("--against", metavar="PATH", help="Data to compare with, the state before; repeat for several."),
    ] = None,
    column: Annotated[str | None, typer.Option(metavar="NAME", help="The column that holds the texts.")] = None,
    sample: Sample = None,
    tokenizer: Annotated[
        str | None, typer.Option(metavar="FILE", help="A tokenizer.json to count tokens with; else an estimate.")
    ] = None,
    html: Annotated[
        str | None, typer.Option("--html", metavar="FILE", help="Write a page for the browser, with plots.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a page that is there.")] = False,
    json_output: Json = False,
) -> Answer:
    """Measure data: lengths, languages, duplicates, rule metrics, examples; compare it with other data."""
    if overwrite and html is None:
        raise typer.TyperException("--overwrite goes with --html FILE")
    from .evaluating import Wanted, evaluate_data

    wanted = Wanted(tuple(data), tuple(against or ()), column, sample, tokenizer)
    return evaluate_data(wanted, html, overwrite=overwrite, silent=json_output)
