"""The command `evaluate`: a quality card of data, shown, written as a page, or as JSON."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from ..operators.core import InvalidInput
from ..pipelines.card_model import QualityCard
from ..pipelines.engine.parts import write_whole
from ..tools.evaluate import evaluate
from .answer import Answer
from .card_html import card_page
from .card_terminal import card_view
from .card_words import named
from .delivery import console
from .document import document
from .figures import figure
from .results import CardResult
from .show import next_steps, quoted, unbroken


@dataclass(frozen=True)
class Wanted:
    """What is to be measured, as typed; see `tools.evaluate`."""

    data: tuple[str, ...]
    against: tuple[str, ...] = ()
    column: str | None = None
    sample: int | None = None
    tokenizer: str | None = None

    def card(self, on_rows: Callable[[int], None] | None) -> QualityCard:
        """Measure it."""
        return evaluate(
            self.data,
            self.against or None,
            self.column,
            sample=self.sample,
            tokenizer=self.tokenizer,
            on_rows=on_rows,
        )

    def command(self) -> str:
        """What one types for it."""
        options = {"-i": self.data, "--against": self.against, "--column": (self.column,), "--sample": (self.sample,)}
        options["--tokenizer"] = (self.tokenizer,)
        given = ((name, value) for name, values in options.items() for value in values if value is not None)
        return " ".join(["evaluate", *(f"{name} {quoted(value)}" for name, value in given)])


def evaluate_data(wanted: Wanted, page: str | None, *, overwrite: bool, silent: bool) -> Answer:
    """Measure data, and compare it with other data where asked.

    Args:
        page: a file to write the card to as HTML.
        overwrite: replace what is there.
        silent: show no progress.

    Raises:
        InvalidInput: data cannot be read, the column is not clear, or the page cannot be written.
    """
    target = None if page is None else _page_target(page, [*wanted.data, *wanted.against], overwrite=overwrite)
    card = _measured(wanted, silent=silent)
    more: RenderableType
    if target is None:
        more = next_steps((f"{wanted.command()} --html card.html", "the same as a page with plots"))
    else:
        write_whole(target, card_page(card).encode())
        more = unbroken(f"The page is at {target}")
    result = CardResult(card=card, page=str(target) if target else None)
    said = document("completed", summary(card), warnings=card.warnings, result=result)
    return Answer(said, (card_view(card), Text(), more))


def _measured(wanted: Wanted, *, silent: bool) -> QualityCard:
    if silent or not sys.stderr.isatty():
        return wanted.card(None)
    with console(stderr=True).status("reading") as status:
        return wanted.card(lambda rows: status.update(f"{rows:,} rows measured"))


def summary(card: QualityCard) -> str:
    """The card in a sentence."""
    against = f", compared with {named(card.against)}" if card.against else ""
    texts = f", {figure(card.texts, 'count')} with a text in {card.column}" if card.column else ", no column of text"
    return f"{named(card)}: {figure(card.rows, 'count')} rows{texts}{against}"


def _page_target(given: str, inputs: Sequence[str], *, overwrite: bool) -> Path:
    target = Path(given).absolute()
    if target.is_dir() or not target.parent.is_dir():
        what = "is a folder" if target.is_dir() else "lies in a folder that does not exist"
        message = f"the page {target} {what}; name a file such as card.html"
        raise InvalidInput.of("unwritable_target", message, got=given)
    if any(Path(one).exists() and target.exists() and target.samefile(one) for one in inputs):
        message = f"the page {target} would replace an input; name another file, such as card.html"
        raise InvalidInput.of("output_among_inputs", message, got=given)
    if target.exists() and not overwrite:
        message = f"the page {target} exists already; give another name or --overwrite"
        raise InvalidInput.of("output_exists", message, got=given)
    return target
