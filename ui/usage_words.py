"""What is said of a model that steps asked, and of facts that they found, the same on terminal and page."""

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..pipelines.report import Report, StepUsage

ALL = "all steps"
MOST_CHARACTERS = 300
"""Of one fact; longer ones are cut."""
_ALWAYS = {"calls": "calls", "cached": "cached", "prompt_tokens": "tokens in", "completion_tokens": "tokens out"}
COMMAS_BELOW = 1_000_000
"""All columns fit into 80 characters where numbers of millions have no commas."""
_RARE = {"retries": "retries", "failures": "unanswered"}


def usage_columns(report: "Report") -> list[str]:
    """The titles of the table of what a model took, the step's left out; what is rare only where it occurred."""
    return [*_ALWAYS.values(), *_rare(report).values(), *(["cost"] if report.usage.cost else [])]


def usage_rows(report: "Report") -> list[list[str]]:
    """A row for each step that asked a model, now or in the runs whose parts were reused, and one for all of them."""
    asked = [(step.id, step.usage) for step in report.steps if step.usage or step.usage_saved]
    told = [*asked, (ALL, report.usage)] if len(asked) > 1 else asked
    return [[name, *_numbers(report, usage)] for name, usage in told]


def usage_words(report: "Report") -> str:
    """What cached replies and reused parts saved, in sentences; empty where nothing was."""
    now, earlier = report.usage, report.usage_saved
    said = []
    if now.cached:
        replies = "1 reply" if now.cached == 1 else f"{now.cached:,} replies"
        said.append(f"{replies} came from the cache, which saved {now.saved_tokens:,} tokens.")
    if earlier:
        paid = f" for {money(earlier.cost)}" if earlier.cost else ""
        said.append(
            f"What was reused had taken {_calls(earlier.calls)} and {earlier.tokens:,} tokens{paid} in earlier runs; "
            "nothing of that was spent again."
        )
    return " ".join(said)


def fact_lines(report: "Report") -> list[str]:
    """What steps found out about the data as a whole, a line each."""
    lines = [
        f"{step.id}: {name} = {json.dumps(value, ensure_ascii=False)}"
        for step in report.steps
        for name, value in step.facts.items()
    ]
    return [line if len(line) <= MOST_CHARACTERS else f"{line[:MOST_CHARACTERS]}…" for line in lines]


def spent_words(calls: int, tokens: int, cost: float) -> str:
    """What a stage took so far, in a few words."""
    paid = f", cost {money(cost)}" if cost else ""
    return f"{_calls(calls)}, {tokens:,} tokens{paid}"


def money(amount: float) -> str:
    """An amount in the currency of the settings' prices.

    >>> money(12.345), money(0.01234)
    ('12.35', '0.01234')
    """
    return f"{amount:,.2f}" if amount >= 1 or not amount else f"{amount:.4g}"


def _numbers(report: "Report", usage: "StepUsage") -> list[str]:
    names = (*_ALWAYS, *_rare(report))
    style = "," if all(getattr(report.usage, name) < COMMAS_BELOW for name in names) else ""
    counts = [f"{getattr(usage, name):{style}}" for name in names]
    return [*counts, *([money(usage.cost)] if report.usage.cost else [])]


def _rare(report: "Report") -> dict[str, str]:
    return {name: title for name, title in _RARE.items() if getattr(report.usage, name)}


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"
