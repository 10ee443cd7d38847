"""The command `runs clean`: gives disk space back, and says how much."""

from collections.abc import Callable

from pydantic import ByteSize, TypeAdapter, ValidationError

from ..operators.core import InvalidInput
from ..operators.core.settings import Settings
from ..pipelines.cleaning import KEEP_RUNS, MAX_BYTES, Cleaned, clean, purge
from ..pipelines.run import Home
from .answer import Answer
from .delivery import prompted
from .document import QuestionPart, document
from .results import CleanedResult
from .show import next_steps, sentence, warnings_view

YES = frozenset({"y", "yes"})


def clean_up(settings: Settings, keep_runs: int | None, max_size: str | None) -> Answer:
    """Bring the cache below a size.

    Args:
        keep_runs: the newest runs keep all their parts.
        max_size: such as `500MB` or `20GiB`.

    Raises:
        InvalidInput: that is no size.
    """
    keep = KEEP_RUNS if keep_runs is None else keep_runs
    limit = MAX_BYTES if max_size is None else _bytes(max_size)
    done = clean(Home.of(settings), keep_runs=keep, max_bytes=limit)
    left = f"the cache holds {_size(done.bytes_left)}, its limit is {_size(limit)}"
    said = f"{_removed(done)}; {left}" if done.parts or done.leftovers else f"nothing was removed: {left}"
    kept = f"the newest {keep} runs (--keep-runs) or " if keep else ""
    why = f"they were used within the last hour, or are held by {kept}a run at work"
    held = f"{_size(done.bytes_held)} could not go: {why}"
    return _answer(said, done, [held] if done.bytes_left > limit else [])


def purge_all(settings: Settings, *, yes: bool, ask: bool, prompt: Callable[[str], str] = prompted) -> Answer:
    """Remove all runs and all that is cached, once that is confirmed.

    Args:
        yes: it is.
        ask: there is a person who can be asked.
        prompt: shows a prompt and returns the line that was typed; raises EOFError where no more will come.

    Raises:
        InvalidInput: a run is at work.
    """
    home = Home.of(settings)
    question = f"Remove all runs, and all that is cached, from {home.path}? Outputs stay."
    if not yes and not ask:
        asked = QuestionPart(text=question, options=("yes", "no"))
        said = document("needs_input", question).model_copy(update={"question": asked})
        return Answer(said, (sentence(question), next_steps(("runs clean --purge --yes", "yes, remove all of it"))))
    if not yes and not _agrees(question, prompt):
        return Answer(document("rejected", "nothing was removed"), (sentence("Nothing was removed."),))
    done = purge(home)
    return _answer(_removed(done) if done.bytes_freed else "there was nothing to remove", done)


def _agrees(question: str, prompt: Callable[[str], str]) -> bool:
    try:
        return prompt(f"{question} [y/N] ").strip().casefold() in YES
    except EOFError:
        return False


def _answer(said: str, done: Cleaned, warnings: list[str] | None = None) -> Answer:
    warned = warnings or []
    told = (sentence(f"{said[:1].upper()}{said[1:]}."), *warnings_view(warned))
    return Answer(document("completed", said, warnings=warned, result=CleanedResult.of(done)), told)


def _removed(done: Cleaned) -> str:
    counted = {"run": done.runs, "cached part": done.parts, "leftover": done.leftovers}
    told = [f"{count:,} {name}{'s' * (count != 1)}" for name, count in counted.items() if count]
    return f"removed {' and '.join(told)}, which frees {_size(done.bytes_freed)}"


def _size(count: int) -> str:
    return ByteSize(count).human_readable(decimal=True, separator=" ")


def _bytes(text: str) -> int:
    try:
        return int(TypeAdapter(ByteSize).validate_python(text))
    except ValidationError:
        message = f"--max-size wants a size such as 500MB or 20GB, got {text!r}"
        raise InvalidInput.of("invalid_option", message, got=text) from None
