"""The command `evaluate`: a quality card of data, shown, written as a page, or as JSON."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from ..pipelines.card.model import QualityCard
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
from .writing import file_to_write, write_file


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
    target = None
    if page is not None:
        data = [*wanted.data, *wanted.against]
        target = file_to_write(page, "the page", "card.html", overwrite=overwrite, not_over=data).absolute()
    card = _measured(wanted, silent=silent)
    more: RenderableType
    if target is None:
        more = next_steps((f"{wanted.command()} --html card.html", "the same as a page with plots"))
    else:
        write_file(target, card_page(card))
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
