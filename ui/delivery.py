"""Prints what a command says, and turns errors into answers."""

import errno
import signal
import sys
import traceback

from rich.console import Console, Group, RenderableType
from rich.text import Text

from ..operators.core import DataFlowError, Fault, InvalidInput
from ..pipelines.edits import describe, parse_edit
from ..pipelines.edits import printable as escaped
from ..pipelines.workflow import Workflow
from .answer import Answer
from .document import Document, document, from_invalid_input

LONGEST_LINE = 10_000
INTERRUPTED = "interrupted; the same command continues"
_UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)


def console(*, stderr: bool = False) -> Console:
    """A console that prints texts as they are: no markup, no emoji codes, no colouring of numbers."""
    return Console(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=False)


def printable(text: object) -> str:
    """The text with control characters written out, so that data cannot steer the terminal; line ends stay.

    >>> printable("a\\x1b[2Jb")
    'a\\\\x1b[2Jb'
    """
    return "\n".join(escaped(line, LONGEST_LINE) for line in str(text).split("\n"))


def show(*parts: RenderableType) -> None:
    """Print on stdout; lines that must stay whole, such as paths, are not cut at the edge of the terminal."""
    for part in parts:
        # In a group, since rich makes a new text of one that it prints by itself, which may be wrapped.
        console().print(Group(part), crop=False)


def prompted(prompt: str) -> str:
    """The line that a person types after a prompt.

    Raises:
        EOFError: no more lines will come.
        KeyboardInterrupt: Ctrl-C.
    """
    if hasattr(signal, "siginterrupt"):
        # chromadb sets a handler of its own, under which a read goes on after Ctrl-C as if nothing had happened.
        signal.siginterrupt(signal.SIGINT, True)
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        show("")  # what follows begins in a line of its own
        raise


def deliver(answer: Answer, *, as_json: bool) -> int:
    """Print an answer; returns the exit code.

    Errors go to stderr in both modes, so that they are seen when stdout is piped away.
    """
    said = answer.document
    if as_json:
        # Bytes, so that JSON is UTF-8 whatever the terminal's encoding is.
        sys.stdout.buffer.write(said.to_json().encode() + b"\n")
        sys.stdout.flush()
    else:
        show(*answer.shown)
    if said.status in ("failed", "interrupted"):
        _print_error(said)
    return said.exit_code


def _print_error(said: Document) -> None:
    err = console(stderr=True)
    if not said.faults:
        word = "error: " if said.status == "failed" else ""
        err.print(Text(word, style="bold") + Text(printable(said.message)), soft_wrap=True)
    workflow = None if said.workflow is None else Workflow.parse(said.workflow.model_dump(mode="json"))
    for fault in said.faults:
        err.print(fault_line(fault, workflow), soft_wrap=True)


def fault_line(fault: Fault, workflow: Workflow | None = None) -> Text:
    """A fault in a line, with a second one for the change of the workflow that would mend it, where one is known."""
    word = Text("error: " if fault.severity == "error" else "warning: ", style="bold")
    where = f"step {fault.step!r}: " if fault.step and f"{fault.step}" not in fault.message else ""
    line = word + Text(printable(where + fault.message))
    mend = None if fault.suggestion is None or workflow is None else _suggestion_words(fault.suggestion, workflow)
    return line + Text(f"\n  would mend it: {printable(mend)}") if mend else line


def _suggestion_words(suggestion: object, workflow: Workflow) -> str | None:
    try:
        return describe(parse_edit(suggestion), workflow)
    except InvalidInput:  # made for another state of the workflow
        return None


def answer_to(error: BaseException) -> Answer | None:
    """The answer to an error that a user can act on; None for a bug."""
    match error:
        case InvalidInput():
            return Answer(from_invalid_input(error))
        case KeyboardInterrupt():
            return Answer(document("interrupted", INTERRUPTED))
        case DataFlowError():
            return Answer(document("failed", str(error)))
        case OSError():
            said = _os_error_words(error)
            return Answer(document("failed", said)) if said else None
    return None


def answer_to_bug(error: BaseException) -> Answer:
    """The answer where the program itself is wrong; its trace goes to stderr."""
    traceback.print_exception(error, file=sys.stderr)
    said = f"an error in dataflow-agent itself, please report it with the trace above: {type(error).__name__}: {error}"
    return Answer(document("failed", printable(said)))


def usage_answer(message: str, command: str) -> Answer:
    """The answer to a command line that cannot be understood; `command` is as much of it as was."""
    said = f"{message.rstrip('.')}; see `{command} --help`"
    return Answer(from_invalid_input(InvalidInput([Fault(code="usage", message=said)])))


def _os_error_words(error: OSError) -> str | None:
    at = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full{at}; free some space and give the same command again, finished parts are kept"
    if error.errno in _UNUSABLE and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}; give another path, or change its permissions"
    return None
