"""What the steps that ask a model will take: calls, tokens and money as ranges, before they are paid for."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..operators.core import Fault, Operator, Usage, all_operators, template
from ..operators.core.spending import Prices, Spending
from .engine.manifest import Manifest, find_part
from .engine.parts import PartStore
from .report import Report
from .validate import build
from .workflow import Step, Workflow

CHARS_PER_TOKEN = 4
REQUEST_TOKENS = 60
"""What a request holds beside its prompt: the rule about data, roles, the schema of the reply; at least about this."""
CONFIDENCE_Z = 1.96
"""Of a 95 % interval."""


class Span(BaseModel):
    """A range: at least `low`, at most `high`, as far as can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    low: float
    high: float

    def __add__(self, other: "Span") -> "Span":
        return Span(low=self.low + other.low, high=self.high + other.high)

    def __mul__(self, other: "Span") -> "Span":
        """The product of two ranges of numbers that are not negative."""
        return Span(low=self.low * other.low, high=self.high * other.high)


NONE = Span(low=0, high=0)


class StepQuote(BaseModel):
    """What one step will take. `cost` is None where the settings name no prices."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    operator: str
    calls: Span
    prompt_tokens: Span
    completion_tokens: Span
    cost: Span | None


class Quote(BaseModel):
    """What a run will take of a model.

    `basis` is `sample` where `tried` rows went through the paid steps, and `estimate` where it follows from the length
    of prompts and texts alone, with every reply as long as its step allows at the upper end. `rows` are those of the
    whole input. Rows whose replies are cached already cost nothing; that is not taken off.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    basis: Literal["sample", "estimate"]
    rows: int
    tried: int = 0
    steps: tuple[StepQuote, ...]
    calls: Span
    tokens: Span
    cost: Span | None


def is_paid(operator: type[Operator] | Operator) -> bool:
    """Whether an operator asks a model."""
    return "llm" in operator.needs


def paid_steps(workflow: Workflow) -> list[str]:
    """The steps that ask a model, with the options that they have."""
    return [step.id for step, operator in _built(workflow) if operator is not None and is_paid(operator)]


def _built(workflow: Workflow) -> Iterator[tuple[Step, Operator | type[Operator] | None]]:
    """Each step with its operator; with the class alone where an option is wrong, which a fault tells."""
    known = all_operators()
    for step in workflow.steps:
        operator, _ = build(step)
        yield step, operator or known.get(step.operator)


def pays_per_row(workflow: Workflow) -> bool:
    """Whether a few rows show what all will take: a step that decides over all rows takes as much for three."""
    known = all_operators()
    paid = {*paid_steps(workflow)}
    return all(known[step.operator].scope == "row" for step in workflow.steps if step.id in paid)


def arriving(free: Report | None, rows: int) -> Span:
    """How many of the rows get to the first paid step, judged by a run of the steps before it.

    Args:
        free: that run over the first rows; None where there is no step before.
        rows: those of the whole input.
    """
    if free is None or not free.rows_in:
        return Span(low=rows, high=rows)
    share = free.rows_out / free.rows_in
    if free.rows_in >= rows:
        return Span(low=free.rows_out, high=free.rows_out)
    if share > 1:
        return Span(low=share * rows, high=share * rows)
    low, high = _interval(share, free.rows_in)
    return Span(low=low * rows, high=high * rows)


def measured(
    workflow: Workflow, tried: Mapping[str, Sequence[Usage]], entered: int, entering: Span, *, rows: int, prices: Prices
) -> Quote:
    """A quote from rows that went through the paid steps.

    Args:
        tried: for each paid step what its parts took.
        entered: rows that went into the first paid step.
        entering: how many of all rows will.
        rows: those of the whole input.
    """
    steps = []
    for step in workflow.steps:
        if step.id not in paid_steps(workflow):
            continue
        took = [*tried.get(step.id, ())]
        # Cached replies were paid for earlier; a row like this one is paid for when it comes the first time.
        calls = _per_row([one.calls + one.cached for one in took], entered) * entering
        read = _per_row([one.prompt_tokens for one in took], entered) * entering
        written = _per_row([one.completion_tokens for one in took], entered) * entering
        saved = _per_row([one.saved_tokens for one in took], entered) * entering
        read += saved
        steps.append(_step(step, calls, read, written, prices))
    return _quote("sample", rows, steps, entered)


def estimated(workflow: Workflow, entering: Span, *, rows: int, chars: Mapping[str, float], prices: Prices) -> Quote:
    """A quote from the length of prompts and texts, for before anything is paid.

    Args:
        entering: how many rows get to the first paid step; later ones are taken to get as many, and at most all the
            children that steps between may make of them.
        rows: those of the whole input.
        chars: mean length of the texts of each column that is known.
    """
    steps: list[StepQuote] = []
    for step in workflow.steps:
        operator, _ = build(step)
        if operator is None:
            continue
        before = entering
        if is_paid(operator) or steps:
            entering = Span(low=before.low, high=before.high * operator.fan_out())
        if not is_paid(operator):
            continue
        calls = Span(low=operator.calls(int(before.low))[0], high=operator.calls(math.ceil(before.high))[1])
        longest = float(getattr(operator, "max_tokens", 1024))
        steps.append(
            _step(
                step,
                calls,
                _prompt_tokens(operator, chars, longest) * calls,
                Span(low=1, high=longest) * calls,
                prices,
            )
        )
    return _quote("estimate", rows, steps)


def usages(manifest: Manifest, store: PartStore) -> dict[str, list[Usage]]:
    """What each part of each step took, in a run that has ended."""
    found: dict[str, list[Usage]] = {}
    for stage in manifest.stages:
        verdict = find_part(store, stage.verdict) if stage.verdict else None
        if verdict:
            found.setdefault(stage.steps[0], []).append(Usage(**verdict.meta.get("usage", {})))
        for key in stage.parts:
            part = find_part(store, key)
            for step, tally in zip(stage.steps, part.meta["steps"] if part else (), strict=False):
                found.setdefault(step, []).append(Usage(**tally.get("usage") or {}))
    return found


def over_budget(quote: Quote, spending: Spending) -> list[Fault]:
    """A fault for each cap below which even the lower end of a quote does not stay."""
    limits = (
        ("max_cost", spending.max_cost, quote.cost, "money"),
        ("max_tokens", spending.max_tokens, quote.tokens, "tokens"),
        ("max_calls", spending.max_calls, quote.calls, "calls"),
    )
    return [
        Fault(
            code="over_budget",
            message=(
                f"the run would take at least {span.low:,.6g} {what}, and --{option.replace('_', '-')} allows "
                f"{most:,g}; raise the cap, or take fewer rows with --sample"
            ),
            got=span.low,
            allowed=most,
        )
        for option, most, span, what in limits
        if most is not None and span is not None and span.low > most
    ]


def quote_text(quote: Quote) -> str:
    """A quote in a sentence or two."""
    how = (
        f"by {quote.tried} {'row' if quote.tried == 1 else 'rows'} that went through"
        if quote.basis == "sample"
        else "estimated from the length of the texts; the upper end is every reply as long as its step allows"
    )
    money = "no prices are set (DATAFLOW_LLM_PRICE_IN, _OUT)" if quote.cost is None else f"cost {_range(quote.cost)}"
    return (
        f"Quote for {quote.rows:,} rows: {_range(quote.calls)} calls, {_range(quote.tokens)} tokens, {money} ({how})."
    )


def _prompt_tokens(operator: Operator, chars: Mapping[str, float], unknown: float) -> Span:
    """Tokens of one prompt: its own text, and the texts of the columns that it reads."""
    text = sum(len(prompt) for prompt in operator.prompts().values())
    named = {name for prompt in operator.prompts().values() for name in _names(prompt)} | {*operator.reads()}
    known = sum(chars.get(name, 0.0) for name in named)
    others = sum(1 for name in named if name not in chars)
    high = (text + known) / CHARS_PER_TOKEN + REQUEST_TOKENS + others * unknown
    return Span(low=known / CHARS_PER_TOKEN, high=2 * high)


def _names(prompt: str) -> tuple[str, ...]:
    try:
        return template(prompt).names
    except ValueError:
        return ()


def _per_row(values: Sequence[float], rows: int) -> Span:
    """The mean of a row, and how far off it may be by what the rows differ."""
    if not values or not rows:
        return NONE
    mean = sum(values) / rows
    spread = (max(values) - min(values)) / math.sqrt(len(values)) if len(values) == rows else 0.0
    return Span(low=max(0.0, mean - spread), high=mean + spread)


def _interval(share: float, seen: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z = CONFIDENCE_Z**2
    middle = (share + z / (2 * seen)) / (1 + z / seen)
    half = CONFIDENCE_Z * math.sqrt(share * (1 - share) / seen + z / (4 * seen**2)) / (1 + z / seen)
    return max(0.0, middle - half), min(1.0, middle + half)


def _step(step: Step, calls: Span, read: Span, written: Span, prices: Prices) -> StepQuote:
    return StepQuote(
        id=step.id,
        operator=step.operator,
        calls=_whole(calls),
        prompt_tokens=_whole(read),
        completion_tokens=_whole(written),
        cost=_cost(read, written, prices),
    )


def _cost(read: Span, written: Span, prices: Prices) -> Span | None:
    if not prices.known:
        return None
    return Span(low=prices.cost(read.low, written.low), high=prices.cost(read.high, written.high))


def _quote(basis: Literal["sample", "estimate"], rows: int, steps: Sequence[StepQuote], tried: int = 0) -> Quote:
    costs = [step.cost for step in steps if step.cost]
    return Quote(
        basis=basis,
        rows=rows,
        tried=tried,
        steps=tuple(steps),
        calls=_sum(step.calls for step in steps),
        tokens=_sum(step.prompt_tokens + step.completion_tokens for step in steps),
        cost=_sum(costs) if len(costs) == len(steps) else None,
    )


def _sum(spans: Iterable[Span]) -> Span:
    return sum(spans, NONE)


def _whole(span: Span) -> Span:
    return Span(low=math.floor(span.low), high=math.ceil(span.high))


def _range(span: Span) -> str:
    if math.isclose(span.low, span.high):
        return f"{span.high:,.4g}" if span.high < 1000 else f"{span.high:,.0f}"
    ends = (f"{end:,.4g}" if end < 1000 else f"{end:,.0f}" for end in (span.low, span.high))
    return " to ".join(ends)
