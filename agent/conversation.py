"""What the graph keeps of one request, with typed looks at it, and the options a request is started with."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from ..operators.core import Fault, InvalidInput
from ..operators.core.dataset import ENDINGS, STANDARD_INPUT, Dataset, ReadAs
from ..operators.core.dataset.remote import as_local, is_url
from ..operators.core.spending import NO_CAPS, Spending
from ..tools.profile import Profile
from .state import Draft, Turn

SAMPLE_ROWS, SAMPLE_DOCUMENTS = 200, 5
"""Most rows of the sample run; reading a document may take seconds."""


class RunOptions(BaseModel):
    """How a request is carried out.

    `yes` runs without asking where nothing is open. `partial` accepts a plan that leaves parts of the request out.
    `workers` is how many processes work side by side. `sample` reads only so many rows. `max_failures` is a count
    `"10"` or a share `"5%"`. With `shard_rows` the output is a folder of files of so many rows. `spending` caps what
    the run takes of a model. `read_as` chooses between the documents and the tables of a folder. With `allow_network`
    inputs, output and what steps fetch may lead out of this machine.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    yes: bool = False
    partial: bool = False
    overwrite: bool = False
    workers: int = Field(default=1, ge=1, le=64)
    sample: int | None = Field(default=None, ge=1)
    resources: dict[str, str] = Field(default_factory=dict)
    max_failures: str | None = None
    shard_rows: int | None = Field(default=None, ge=1)
    spending: Spending = NO_CAPS
    read_as: ReadAs | None = None
    allow_network: bool = False


class Conversation(Turn, total=False):
    """State of one request while a person and the planner talk it over; plain JSON-able data.

    `options` holds `RunOptions` and what is beside them: `plan_only`, `chosen_output` (false where the output's name
    was made up), `wanted` (the planner that was asked for). `wishes` are the changes a person asked for, in order;
    `changes` describes what the last one did. `asked_by` says whether the open question came with a draft, a change or
    the canaries.
    `run_id` is what the run is called, known before it begins, so that whoever takes the request up finds it. `quote`
    is what the steps that cost money will take; `tried` the run that a few rows made through them. `planning` is the
    account of a planner that asks a model. `meant` says that the plan stands, though its canaries contradict it.
    """

    wishes: list[str]
    changes: list[str]
    asked_by: str
    run_id: str | None
    quote: dict[str, Any] | None
    tried: dict[str, Any] | None
    planning: dict[str, Any]
    meant: bool


class _Kept(RunOptions):
    plan_only: bool = False
    chosen_output: bool = True
    wanted: str = "auto"


def refuse_secrets(options: RunOptions) -> None:
    """See that nothing secret is among options, since the state that keeps them is on disk.

    Raises:
        InvalidInput: a resource is a URL with a password.
    """
    for name, place in options.resources.items():
        if is_url(place) and urlsplit(place).password:
            message = (
                f"the resource {name!r} is a URL with a password, which would be kept on disk with the request; leave "
                "it out and set PGPASSWORD, or name the resource in the settings file"
            )
            raise InvalidInput.of("secret_in_resource", message, got=name)


def kept_options(options: RunOptions, *, plan_only: bool, chosen_output: bool, wanted: str) -> dict[str, Any]:
    """Options as the state keeps them.

    Raises:
        InvalidInput: as `refuse_secrets`.
    """
    refuse_secrets(options)
    kept = _Kept(**options.model_dump(), plan_only=plan_only, chosen_output=chosen_output, wanted=wanted)
    return kept.model_dump(mode="json")


def options_of(state: Turn) -> _Kept:
    """The options of a request."""
    return _Kept.model_validate(state["options"])


def draft_of(state: Turn) -> Draft | None:
    """The plan on the table, if there is one yet."""
    found = state.get("draft")
    return Draft.model_validate(found) if found else None


def the_draft(state: Turn) -> Draft:
    """The plan on the table.

    Raises:
        KeyError: there is none yet.
    """
    return Draft.model_validate(state["draft"])


def faults_of(state: Turn) -> list[Fault]:
    """What validation, or a run, found."""
    return [Fault.model_validate(fault) for fault in state.get("faults", [])]


def errors_of(state: Turn) -> list[Fault]:
    """The faults that stop a run."""
    return [fault for fault in faults_of(state) if fault.severity == "error"]


def dataset_of(state: Turn) -> Dataset:
    """The data that the request is about.

    Raises:
        InvalidInput: it cannot be used.
    """
    options = options_of(state)
    return Dataset.open(state["inputs"], read_as=options.read_as, allow_network=options.allow_network)


def sample_rows(state: Turn) -> int:
    """Most rows of the sample run of a request."""
    documents = any(source.format == "documents" for source in dataset_of(state).sources)
    most = SAMPLE_DOCUMENTS if documents else SAMPLE_ROWS
    return min(most, options_of(state).sample or most)


def default_output(first_input: str, folder: Path, *, free: bool = False) -> Path:
    """Where the result goes when nobody says: `<stem>.clean<ending>` in a folder, JSON lines for documents.

    Args:
        free: take the next number when the name is taken.

    >>> default_output("data/crawl.v2.jsonl.gz", Path("here")).as_posix()
    'here/crawl.v2.clean.jsonl.gz'
    """
    name = Path(first_input).name
    if any(sign in name for sign in "*?["):  # a pattern names many files, and none that a result could be called after
        name = "data"
    known = [ending for ending in ENDINGS if name.lower().endswith(ending)]
    length = max(map(len, known), default=0)
    stem, ending = (name[:-length], name[-length:]) if known else (Path(name).stem, ".jsonl")
    wanted = folder / f"{stem}.clean{ending}"
    number = 2
    while free and wanted.exists():
        wanted = folder / f"{stem}.clean-{number}{ending}"
        number += 1
    return wanted


def absolute(path: str | PathLike[str]) -> str:
    """An absolute path that a state may hold.

    Raises:
        InvalidInput: its name is no text, or it is no place on this machine that can be read again.
    """
    path = as_local(path)
    if str(path) == STANDARD_INPUT or is_url(path):
        raise InvalidInput.of(
            "not_a_local_file",
            f"{path}: a request is planned over files of this machine, which are read more than once; "
            "save it to a file first, or give it to `apply` with a saved plan",
            got=str(path),
        )
    text = str(Path(path).expanduser().absolute())
    try:
        text.encode()
    except UnicodeEncodeError:
        shown = text.encode("utf-8", "backslashreplace").decode()
        raise InvalidInput.of(
            "unreadable_name", f"{shown}: the name is not UTF-8; rename the file", got=shown
        ) from None
    return text


def profile_in(state: Turn) -> Profile:
    """What the data is."""
    return Profile.model_validate(state["profile"])


def added(state: Turn, more: Sequence[str]) -> list[str]:
    """The warnings so far and more, each once."""
    return list(dict.fromkeys([*state.get("warnings", []), *more]))


def warnings_in(state: Turn) -> list[dict[str, Any]]:
    """The faults that stop no run, as the state holds them."""
    return [fault for fault in state.get("faults", []) if fault["severity"] == "warning"]
