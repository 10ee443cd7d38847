"""Runs a workflow over data: reads, checks, carries out, writes, and leaves a run folder that explains it."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import polars as pl

from ..operators.core import Batch, Context, InvalidInput, RunStopped
from ..operators.core.dataset import STANDARD_INPUT, Dataset, Output, ReadAs
from ..operators.core.documents import folder_resources
from ..operators.core.serving.model_file import warning_about
from ..operators.core.settings import Settings, make_private_folder
from .engine.barrier import RowFetcher
from .engine.execute import Execution
from .engine.intake import Books, FailureLimit
from .engine.manifest import Manifest, Spent, Status, manifests
from .engine.means import DefaultContext, Means, Placed
from .engine.parts import PartStore, storing, write_whole
from .engine.physical import plan_stages
from .engine.presence import Presence
from .engine.source import PART_ROWS, Input, Source, read_source
from .engine.workers import Processes, WorkerPool
from .events import EventLog, Listener
from .ledger import Ledger
from .quote import paid_steps
from .report import Report, build_report
from .validate import Resources, columns_needed, validate
from .workflow import Workflow

Paths = str | PathLike[str] | Sequence[str | PathLike[str]]


@dataclass(frozen=True)
class RunResult:
    """A completed run: where its output lies (a path, or a URL), its numbers, and its ledger."""

    id: str
    output: Path | str
    report: Report
    ledger: Ledger


@dataclass(frozen=True)
class Home:
    """The folders of one user: runs, and the parts they share."""

    path: Path

    @classmethod
    def of(cls, settings: Settings | None = None) -> "Home":
        """The home that the settings name; made when it is not there, for its owner only."""
        path = (settings or Settings()).home.expanduser().absolute()
        with storing(path):
            return cls(make_private_folder(path))

    @property
    def runs(self) -> Path:
        """One folder per run."""
        with storing(self.path):
            return make_private_folder(self.path / "runs")

    @property
    def parts(self) -> PartStore:
        """The part store."""
        return PartStore(self.path / "cache")

    def run_folder(self, run_id: str) -> Path:
        """The folder of a run; `last` is the newest one.

        Raises:
            InvalidInput: there is no such run.
        """
        folders = sorted(folder.name for folder in self.runs.iterdir() if (folder / "manifest.json").exists())
        if run_id == "last" and folders:
            return self.runs / folders[-1]
        matching = [name for name in folders if name.startswith(run_id)]
        if len(matching) != 1:
            found = "is not there" if not matching else f"is one of {', '.join(matching)}"
            raise InvalidInput.of("unknown_run", f"run {run_id!r} {found}; see `dataflow-agent runs list`", got=run_id)
        return self.runs / matching[0]

    def report(self, run_id: str) -> Report:
        """The report of a run."""
        return build_report(Manifest.load(self.run_folder(run_id)), self.parts)

    def ledger(self, run_id: str) -> Ledger:
        """The ledger of a run."""
        return Ledger.load(self.run_folder(run_id), self.parts)


def run(
    workflow: Workflow,
    data: Paths,
    output: str | PathLike[str],
    *,
    overwrite: bool = False,
    workers: int = 1,
    sample: int | None = None,
    paid_rows: int | None = None,
    resources: Mapping[str, str] | None = None,
    max_failures: str | None = None,
    settings: Settings | None = None,
    on_event: Listener | None = None,
    context: Callable[[], Context] | None = None,
    available: Resources | None = None,
    part_rows: int = PART_ROWS,
    run_id: str | None = None,
    shard_rows: int | None = None,
    allow_network: bool = False,
    read_as: ReadAs | None = None,
) -> RunResult:
    """Run a workflow over data files and write the result.

    Args:
        data: one path or several: files, folders, patterns, `-` for standard input, URLs; see `Dataset.open`.
        output: a path or URL whose ending decides the format; with `shard_rows` a folder.
        overwrite: replace an output that is there; without it, only the same run's own output is.
        workers: processes that work on parts side by side; 1 works in this process. More need a picklable `context`.
        sample: most rows to read from the start.
        paid_rows: most rows, from the start, that go into the first step that asks a model; the others end before it.
        resources: names the workflow uses, bound to paths or URLs.
        max_failures: rows that may fail at a step, a count `"10"` or a share `"5%"`.
        on_event: called with each event of the run.
        context: makes the means that operators may use; called once in each process. The door to its model is closed
            at the end.
        available: what validation takes to be there.
        part_rows: most rows of a part.
        run_id: what `new_run_id` gave, for those who must know the id before the run begins.
        shard_rows: rows of each file of the output, which is a folder then.
        allow_network: inputs and output may be URLs that lead out of this machine.
        read_as: what is meant of a folder that holds both documents and tables.

    Raises:
        InvalidInput: workflow, data or output cannot be used; nothing has run.
        RunStopped: a limit ended the run; nothing is at `output`, finished parts are kept.
    """
    home = Home.of(settings)
    if run_id and (home.runs / run_id / "manifest.json").exists():
        raise InvalidInput.of("run_exists", f"there is a run {run_id} already; take another id", got=run_id)
    limit = _failure_limit(max_failures)
    bound, paths = dict(resources or {}), _paths(data)
    with Processes(workers) as processes:
        with _spool(home, paths) as spool:
            dataset = Dataset.open(paths, spool=spool, allow_network=allow_network, read_as=read_as)
            target = Output.at(output, shard_rows=shard_rows, allow_network=allow_network)
            target.refuse_among(paths)
            if target.exists() and not overwrite and not _own_output(target, workflow, home, None):
                raise _output_exists(target)
            processes.start()  # they come up while the data is read
            source = read_source(dataset, home.parts, sample=sample, part_rows=part_rows)
            source = source.with_columns(columns_needed(workflow, bound)) if source.is_blank else source
        faults = validate(workflow, source.schema, available or Resources(bound=bound))
        if any(fault.severity == "error" for fault in faults):
            raise InvalidInput(faults)
        own = _own_output(target, workflow, home, source.digest)
        if target.exists() and not overwrite and not own:
            raise _output_exists(target)
        manifest = _new_manifest(workflow, dataset, source, str(target), sample=sample, run_id=run_id or new_run_id())
        manifest.paid_rows = paid_rows
        manifest.warnings = [*source.warnings, *(fault.message for fault in faults)]
        return _Run(
            home=home,
            workflow=workflow,
            target=target,
            manifest=manifest,
            source=source,
            resources=bound,
            limit=limit,
            on_event=on_event,
            context=context,
            folders=dataset.folders,
            part_rows=part_rows,
            processes=processes,
        ).carry_out()


@dataclass
class _Run:
    """One run folder being filled."""

    home: Home
    workflow: Workflow
    target: Output
    manifest: Manifest
    source: Source
    resources: Mapping[str, str]
    limit: FailureLimit
    on_event: Listener | None
    context: Callable[[], Context] | None
    folders: tuple[Path | None, ...]
    part_rows: int
    processes: Processes

    def __post_init__(self) -> None:
        self._folder = self.home.runs / self.manifest.id
        with storing(self._folder):
            make_private_folder(self._folder)  # a process of the run's own has its folder before the run begins
            self._presence = Presence(self._folder)
            self.workflow.save(self._folder / "workflow.yaml")
        self._save()
        self._events = EventLog(self._folder / "events.jsonl", self.on_event)

    def carry_out(self) -> RunResult:
        """Take the run to its end, whatever that is, and leave its manifest behind."""
        started = time.perf_counter()
        try:
            self._all()
        except BaseException as error:
            by_hand = _by_hand(error)
            status: Status = "interrupted" if by_hand else "failed"
            if isinstance(error, RunStopped):
                with suppress(RunStopped):
                    self._write_failed()  # they are often why the run stopped
            with suppress(RunStopped):  # what ended the run is told, not that its end could not be noted
                self._end(started, status, f"{'stopped by hand' if by_hand else error}{self.manifest.spent.told()}")
            if by_hand and not isinstance(error, KeyboardInterrupt):
                raise KeyboardInterrupt from error
            if isinstance(error, RunStopped) and self.manifest.message != str(error):
                raise RunStopped(self.manifest.message) from error
            raise
        self._end(started, "completed")
        report = build_report(self.manifest, self.home.parts)
        with storing(self._folder):
            write_whole(self._folder / "report.json", report.model_dump_json(indent=1).encode())
        return RunResult(self.manifest.id, self.target.location, report, self._ledger())

    def _end(self, started: float, status: Status, message: str = "") -> None:
        self.manifest.status, self.manifest.message = status, message
        self.manifest.seconds = round(time.perf_counter() - started, 3)
        self.manifest.ended = _now()
        try:
            self._save()
            ended = {"status": status, "message": message, "seconds": self.manifest.seconds}
            self._events.emit("run_ended", run=self.manifest.id, **ended)
        finally:
            self._events.close()
            self._presence.end()

    def _all(self) -> None:
        source = self.source
        rows = sum(given.rows for given in source.inputs)
        self._events.emit("run_started", run=self.manifest.id, folder=str(self._folder), rows=rows)
        self._events.emit("source_read", rows=rows, rejects=len(source.rejects), parts=len(source.inputs))
        if source.rejects:
            self._write_lines("rejects.jsonl", source.rejects)
            self.manifest.warnings.append(f"{len(source.rejects)} records could not be read; see rejects.jsonl")
        ended = self._execute()
        self._write_failed()
        self._write_output(ended)

    def _execute(self) -> list[Input]:
        store = self.home.parts
        with storing(self._folder):
            workspace = make_private_folder(self._folder / "workspace")
        context = Placed(self.context or DefaultContext(self.workflow.seed, self.resources, workspace), self.folders)
        pool = WorkerPool(self.processes, store, context) if self.processes.count > 1 else None
        books = Books(self._events, self.manifest, self.limit)
        means = Means(context)
        with self.processes, self._counting(means), means:
            self._warn_of_model(means)
            resources = {**self.resources, **folder_resources(self.folders)}
            stages = plan_stages(
                self.workflow, self.source.schema, resources, means.identities, means.has_remote_embedder
            )
            execution = Execution(
                store, means, books, self.part_rows, self.manifest.paid_rows, pool=pool, save=self._save
            )
            return execution.run(stages, self.source.inputs)

    @contextmanager
    def _counting(self, means: Means) -> Iterator[None]:
        """Note what the run has taken of models, however it ends."""
        try:
            yield
        finally:
            self.manifest.spent = Spent.of(means.spent())

    def _warn_of_model(self, means: Means) -> None:
        said = warning_about(means.identities().get("llm", "")) if paid_steps(self.workflow) else None
        if said is not None:
            self.manifest.warnings.append(said)

    def _write_output(self, ended: Sequence[Input]) -> None:
        schema = ended[-1].schema if ended else self.source.schema
        self.manifest.schema_out = schema
        with self.target.open(schema) as writer:
            for given in ended:
                writer.write(given.load().frame)
            self.manifest.output_sha256 = writer.finish()
            self._save()
            writer.commit()
        self._events.emit("output_written", path=str(self.target), rows=sum(given.rows for given in ended))

    def _write_failed(self) -> None:
        failed = self._ledger().failed()
        if not failed.height:
            return
        fetch = RowFetcher(self.source.inputs)
        told = self.source.schema.without(self.source.schema.of_dtype("bytes"))  # whole documents, which lie elsewhere
        lines = []
        for record in failed.iter_rows(named=True):
            row = record.pop("_row")
            origin = row.split(".", 1)[0]
            known = origin[0].isdigit() and fetch.has(origin)
            frame = fetch([origin], ["_absent", *told.names]) if known else None
            values = None if frame is None else Batch(frame, told).rows()[0]
            lines.append({"row": row, **record, "values": values})
        self._write_lines("failed.jsonl", lines)
        word = "row" if len(lines) == 1 else "rows"
        self.manifest.warnings.append(f"{len(lines)} {word} failed; see failed.jsonl in the run's folder")

    def _write_lines(self, name: str, lines: Sequence[object]) -> None:
        with storing(self._folder), (self._folder / name).open("wb") as file:
            file.writelines(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)

    def _ledger(self) -> Ledger:
        return Ledger(self.manifest, self.workflow, self.home.parts)

    def _save(self) -> None:
        self.manifest.save(self._folder)


def _by_hand(error: BaseException) -> bool:
    """Whether Ctrl-C is behind an error; polars makes a panic of one that comes while it calls Python."""
    panic = isinstance(error, pl.exceptions.PanicException)
    return isinstance(error, KeyboardInterrupt) or (panic and KeyboardInterrupt.__name__ in str(error))


def new_run_id() -> str:
    """A name for a run that no other has; names sort by the time at which they were made."""
    moment = datetime.now(UTC)
    return f"{moment:%Y%m%d-%H%M%S}-{moment.microsecond // 1000:03d}{secrets.token_hex(2)}"


def _new_manifest(
    workflow: Workflow, dataset: Dataset, source: Source, target: str, *, sample: int | None, run_id: str
) -> Manifest:
    return Manifest(
        id=run_id,
        started=_now(),
        workflow=workflow.name,
        workflow_digest=workflow.digest(),
        inputs=tuple(given.name for given in dataset.sources),
        input_digest=source.digest,
        sample=sample,
        source=source.keys,
        rejects=len(source.rejects),
        schema_in=source.schema,
        output=target,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _paths(data: Paths) -> list[str | PathLike[str]]:
    return [data] if isinstance(data, str | PathLike) else list(data)


@contextmanager
def _spool(home: Home, paths: Sequence[str | PathLike[str]]) -> Iterator[Path | None]:
    """A folder that holds standard input until its rows are in parts, where it is among the inputs."""
    if STANDARD_INPUT not in paths:
        yield None
        return
    with storing(home.path):
        folder = TemporaryDirectory(prefix="stdin-", dir=make_private_folder(home.path / "workspace"))
    with folder as name:
        yield Path(name)


def _failure_limit(text: str | None) -> FailureLimit:
    try:
        return FailureLimit.parse(text)
    except ValueError:
        raise InvalidInput.of(
            "invalid_option", f"--max-failures wants a count such as 10 or a share such as 5%, got {text!r}", got=text
        ) from None


def _output_exists(target: Output) -> InvalidInput:
    return InvalidInput.of(
        "output_exists", f"the output {target} exists already; give another name or --overwrite", got=str(target)
    )


def _own_output(target: Output, workflow: Workflow, home: Home, input_digest: str | None) -> bool:
    """Whether what lies at the target is what a run of the same workflow (and the same input) wrote there."""
    same = [
        manifest
        for manifest in manifests(home.runs)
        if manifest.output == str(target)
        and manifest.workflow_digest == workflow.digest()
        and input_digest in (None, manifest.input_digest)
        and manifest.output_sha256
    ]
    if not same:
        return False
    there = target.digest()
    return any(manifest.output_sha256 == there for manifest in same)
