"""Makes a plan out of what the clauses ask for: steps merged, ordered, bound to columns, each with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from ...operators.core.columns import accepts
from ...operators.core.expression import parse_expression
from ...operators.core.schema import DType
from ...pipelines.workflow import Step, Workflow, free_id
from ...tools.profile import Profile
from ..state import Ask
from .cards import OperatorCard
from .doubts import Doubt
from .ordering import STAGES, arranged, rank
from .proofs import within
from .reshaping import RESHAPE
from .roles import NONE_DECIDED, Roles, filled_roles, spread, takes_main
from .slots import EXPRESSION, LANGUAGES, fault_of, missing_options
from .wishes import Wish


@dataclass(frozen=True)
class Planned:
    """One step on its way into the plan, with the wishes it serves."""

    card: OperatorCard
    options: Mapping[str, JsonValue]
    where: str | None
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Assembled:
    """Steps with their reasons and asks; a step whose columns are in doubt is not among them."""

    workflow: Workflow
    reasons: dict[str, str]
    asks: tuple[Ask, ...]
    notes: tuple[str, ...]
    faults: tuple[tuple[Wish, str], ...] = ()
    doubt: Doubt | None = None


def assemble(
    wishes: Sequence[Wish],
    profile: Profile,
    main: str | None,
    *,
    in_request_order: bool,
    bindings: Mapping[str, str] = NONE_DECIDED,
) -> Assembled:
    """The plan for some wishes.

    Args:
        wishes: in the order in which they are meant.
        main: the column with the main text.
        in_request_order: whether the order was said; otherwise steps come in the usual order.
        bindings: columns that a person chose, by operator and option.
    """
    there, seen = list[tuple[Planned, Roles]](), profile
    for wish in wishes:
        there.append(_present(wish, seen, main, bindings))
        written = columns_written([wish])
        seen = seen.with_columns(written) if written else seen
    doubt = next((roles.doubt for _, roles in there if roles.doubt is not None), None)
    absent = [(one.wishes[0], roles.fault) for one, roles in there if roles.fault is not None]
    profile = profile.with_columns(columns_written(wishes))
    bound = [one for one, roles in there if roles.fault is None and roles.doubt is None]
    faults = absent + [(one.wishes[0], fault) for one in bound if (fault := _fault(one, profile))]
    fit = [one for one in bound if not _fault(one, profile)]
    together = _merged(fit)
    faults += [(wish, why) for one in together if (why := _contradiction(one)) for wish in one.wishes]
    merged = [one for one in together if not _contradiction(one)]
    ordered = merged if in_request_order else arranged(merged, lambda one: (one.card, one.options), _is_fixed)
    names = _names_then(ordered)
    steps, reasons, ids = list[Step](), dict[str, str](), dict[int, str]()
    for at, one in enumerate(ordered):
        step_id = free_id(one.card.name, set(ids.values()))
        ids[id(one)] = step_id
        steps.append(Step(id=step_id, operator=one.card.name, options=_named(one, names[at]), where=one.where))
        reasons[step_id] = _reason(one, moved=merged[at] is not one)
    asks = tuple(_asks(merged, ids))
    notes = (*(note for _, roles in there for note in roles.notes), *_notes(ordered))
    return Assembled(Workflow(steps=tuple(steps)), reasons, asks, tuple(notes), tuple(faults), doubt)


def bound_options(card: OperatorCard, columns: Sequence[str], main: str | None) -> dict[str, JsonValue]:
    """The option that names the text, where it is not the default."""
    option = card.text_option
    several = spread(card, columns)
    if several is not None:
        return {name: value for name, value in several.items() if value != card.options[name].default}
    names = list(columns) or ([main] if main and option is not None and takes_main(option) else [])
    if option is None or not names:
        return {}
    value: JsonValue = [*names] if option.many else names[0]
    default = list(option.default) if option.many and option.default is not None else option.default
    return {} if value == default else {option.name: value}


def columns_written(wishes: Sequence[Wish]) -> dict[str, DType]:
    """The columns that the steps asked for will write, with their types."""
    written: dict[str, DType] = {}
    for wish in wishes:
        if fault_of(wish.card, wish.options) is None and not missing_options(wish.card, wish.options):
            written |= wish.card.cls.model_validate(wish.options).writes()
    return written


def needs_text(wish: Wish) -> bool:
    """Whether the step works on the main text, which must be known then."""
    option = wish.card.text_option
    return option is not None and takes_main(option) and not wish.columns and option.name not in wish.options


def _present(wish: Wish, profile: Profile, main: str | None, bindings: Mapping[str, str]) -> tuple[Planned, Roles]:
    """The step with its columns, as far as the data with what the steps before it write has them."""
    options = {**bound_options(wish.card, wish.columns, main), **wish.options}
    roles = filled_roles(wish.card, options, profile, bindings)
    return Planned(wish.card, {**options, **roles.options}, wish.where, (wish,)), roles


def _fault(one: Planned, profile: Profile) -> str | None:
    """Why a step cannot be as it was asked: a column of a wrong type, or a value out of bounds."""
    option = one.card.text_option
    if option is not None and option.name in one.options and option.reads is not None:
        named = one.options[option.name]
        for name in [named] if isinstance(named, str) else list(named or []):  # type: ignore[arg-type]
            if name in profile.schema and not accepts(option.reads, profile.schema[str(name)].dtype):
                return f"the column {name!r} holds {profile.schema[str(name)].dtype}, not {' or '.join(option.reads)}"
    for condition in (one.options.get(EXPRESSION), one.where):
        if isinstance(condition, str) and (complaints := parse_expression(condition).check(profile.schema)):
            return complaints[0]
    fault = fault_of(one.card, one.options)
    if fault is None and one.where is not None and not _allows_where(one):
        return f"{one.card.name} cannot be for some rows only"
    return fault


def _contradiction(one: Planned) -> str | None:
    """Why two limits together leave no row."""
    for low in one.card.limits():
        high = one.card.partner(low) if low.side == "min" else None
        least, most = one.options.get(low.name), one.options.get(high.name) if high else None
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            return f"no row has both {low.name} {least} and {high.name if high else ''} {most}"
    return None


def _allows_where(one: Planned) -> bool:
    """Whether rows outside a condition could pass untouched; not so where rows move, or others take their place."""
    if missing_options(one.card, one.options):
        return True
    return one.card.cls.model_validate(dict(one.options)).row_effect() in ("same", "subset")


def _merged(planned: Sequence[Planned]) -> list[Planned]:
    """Steps of one operator over the same columns and rows become one where their options agree."""
    merged: list[Planned] = []
    for one in planned:
        for at, other in enumerate(merged):
            together = None if _is_fixed(one) or _is_fixed(other) else _together(other, one)
            if together is not None:
                merged[at] = Planned(other.card, together, other.where, (*other.wishes, *one.wishes))
                break
        else:
            merged.append(one)
    return merged


def _is_fixed(one: Planned) -> bool:
    """Whether a step depends on the one beside it."""
    return any(wish.fixed for wish in one.wishes)


def _together(one: Planned, other: Planned) -> dict[str, JsonValue] | None:
    text = one.card.text_option.name if one.card.text_option else ""
    if one.card.name != other.card.name or one.where != other.where or one.options.get(text) != other.options.get(text):
        return None
    if EXPRESSION in one.options or (one.card.name == RESHAPE and one.options.keys() != other.options.keys()):
        return None  # what becomes of columns is one thing a step
    options = dict(one.options)
    for name, value in other.options.items():
        old = options.get(name)
        if name not in options or old is None or old == value:
            options[name] = value
        elif value is None:
            continue
        elif isinstance(old, list) and isinstance(value, list):
            if name == LANGUAGES and one.options.get("exclude") != other.options.get("exclude"):
                return None
            options[name] = [*old, *(item for item in value if item not in old)]
        else:
            return None
    return options


def _names_then(ordered: Sequence[Planned]) -> list[dict[str, str]]:
    """The new names of columns at each step, by the old ones."""
    names, renamed = list[dict[str, str]](), dict[str, str]()
    for one in ordered:
        names.append(dict(renamed))
        pairs = one.options.get("rename") if one.card.name == RESHAPE else None
        if isinstance(pairs, dict):
            renamed |= {old: str(new) for old, new in pairs.items()}
    return names


_NAMING: Final = ("select", "drop", "explode", "columns", "per", "score", "column")
"""Options of steps on tables that name columns."""


def _named(one: Planned, names: Mapping[str, str]) -> dict[str, JsonValue]:
    """The options with the columns under the names that they have by then."""
    options, text = dict(one.options), one.card.text_option
    if not names:
        return options
    for name in _NAMING:
        value = options.get(name)
        if isinstance(value, str):
            options[name] = names.get(value, value)
        elif isinstance(value, list) and name in one.card.options:
            options[name] = [names.get(str(item), item) for item in value]
    if one.card.name == RESHAPE and isinstance(pairs := options.get("rename"), dict):
        options["rename"] = {names.get(old, old): new for old, new in pairs.items()}
    if text is not None and text.name in _NAMING:
        return options
    bound = options.get(text.name) if text else None
    if text is not None and isinstance(bound, str):
        options[text.name] = names.get(bound, bound)
    elif text is not None and isinstance(bound, list):
        options[text.name] = [names.get(str(name), name) for name in bound]
    return options


def _reason(one: Planned, *, moved: bool) -> str:
    said = " and ".join(dict.fromkeys(f"“{wish.clause.text}”" for wish in one.wishes))
    summary = one.card.summary.rstrip(".")
    if EXPRESSION in one.options:
        summary = f"keep rows where {one.options[EXPRESSION]}"
    place = rank(one.card, one.options)
    order = f"; {STAGES[place]}" if moved and place is not None else ""
    return f"{said}: {summary[:1].lower()}{summary[1:]}{order}."


def _asks(planned: Sequence[Planned], ids: Mapping[int, str]) -> Iterator[Ask]:
    """One ask for each clause and proof, in the order of the request, with all the steps that serve it."""
    found: dict[tuple[int, str, str], Ask] = {}
    order: dict[tuple[int, str, str], int] = {}
    for one in planned:
        for wish in one.wishes:
            for text, check in wish.proofs:
                key = (wish.clause.start, text, check.model_dump_json())
                old = found.get(key)
                steps = (*(old.steps if old else ()), ids[id(one)])
                found[key] = Ask(text=text, steps=tuple(dict.fromkeys(steps)), check=check)
                order.setdefault(key, wish.clause.start)
    yield from (found[key] for key in sorted(found, key=lambda key: order[key]))


def _notes(planned: Sequence[Planned]) -> Iterator[str]:
    """What was not said and therefore is as it comes."""
    for one in planned:
        yield from (wish.note for wish in one.wishes if wish.note)
        for name, option in one.card.options.items():
            decides = name in one.card.cls.limits or (option.is_share and option.side is None)
            if decides and name not in one.options and option.default is not None:
                yield f"{one.card.name}: {name} is {option.default}, its default."
        about = {concept for wish in one.wishes for concept in wish.concepts}
        if "duplicate" in about and not about & {"near", "exact", "semantic", "paragraph"}:
            column = one.card.text_option
            named = one.options.get(column.name, column.default) if column else None
            names = ", ".join(map(str, named)) if isinstance(named, list | tuple) else str(named)
            yield f"Duplicates are rows with exactly the same {names}; near duplicates stay unless you ask for them."


def with_scopes(wishes: Sequence[Wish], where: str) -> list[Wish]:
    """The wishes for only those rows for which a condition holds."""

    def joined(old: str | None) -> str:
        return where if old is None or old == where else f"({old}) and ({where})"

    return [
        replace(
            wish, where=joined(wish.where), proofs=tuple((t, within(c, joined(wish.where))) for t, c in wish.proofs)
        )
        for wish in wishes
    ]
