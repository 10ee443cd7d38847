"""Operators as the planner sees them: their options with units, bounds and choices, and the concepts they answer to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from ...operators.core.columns import Reads, Writes, markers
from ...operators.core.operator import Operator
from ...operators.core.schema import DType
from .quantities import UNITS
from .vocabulary import action_stems, concept_set, stem

Side = Literal["min", "max"]

COMMON: Final = frozenset({"on_null"})
"""Options of whole families, which only their own name asks for."""
LLM: Final = "llm"
"""The need, and the choice of a backend, that means a language model."""
MODEL_CONCEPTS: Final = frozenset(map(stem, "model llm gpt chatgpt ai".split()))
"""Concepts of words for a language model."""


@dataclass(frozen=True)
class OptionCard:
    """One option of an operator.

    Args:
        side: `min` or `max` for a limit.
        unit: what the limit counts, where its name says so (`words` in `min_words`).
        concepts: what its name is about, without the side.
        low: smallest value, None for no bound.
        high: largest value, None for no bound.
        choices: the values of a closed choice.
        many: whether it takes several values.
        reads: types of the columns it names, None when it names none.
        writes: whether it names a column to write.
    """

    name: str
    field: FieldInfo
    side: Side | None
    unit: str | None
    concepts: frozenset[str]
    low: float | None
    high: float | None
    types: frozenset[type]
    choices: tuple[str, ...]
    many: bool
    reads: tuple[DType, ...] | None
    writes: bool

    @property
    def default(self) -> Any:
        """Its default; None when it must be given."""
        return None if self.field.is_required() else self.field.get_default(call_default_factory=True)

    @property
    def of_replies(self) -> bool:
        """Whether it limits what a language model says, and nothing in the rows."""
        return bool({stem("reply"), stem("replies")} & concept_set(self.field.description or ""))

    @property
    def nullable(self) -> bool:
        """Whether null, which means no limit, is allowed."""
        return NoneType in self.types

    @property
    def is_number(self) -> bool:
        """Whether it takes one number."""
        return not self.many and bool(self.types & {int, float}) and bool not in self.types

    @property
    def whole(self) -> bool:
        """Whether the number must be a whole one."""
        return float not in self.types

    @property
    def is_share(self) -> bool:
        """Whether it is bounded as a share, a probability or a similarity is."""
        return self.is_number and self.high is not None and self.high <= 1


@dataclass(frozen=True)
class OperatorCard:
    """One operator: what it is called, asked by, and set with."""

    cls: type[Operator]
    options: Mapping[str, OptionCard]

    @classmethod
    def of(cls, operator: type[Operator]) -> "OperatorCard":
        """The card of an operator class."""
        cards = {name: _option(operator, name, field) for name, field in operator.model_fields.items()}
        return cls(operator, MappingProxyType(cards))

    @property
    def name(self) -> str:
        """The operator's name."""
        return self.cls.name

    @cached_property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (self.cls.__doc__ or "").strip().partition("\n")[0]

    @property
    def needs_options(self) -> bool:
        """Whether some option must be given."""
        return any(option.field.is_required() for option in self.options.values())

    @cached_property
    def asks_model(self) -> bool:
        """Whether it asks a language model, always or where it is told to."""
        return LLM in self.cls.needs or any(LLM in option.choices for option in self.options.values())

    @cached_property
    def name_concepts(self) -> frozenset[str]:
        """Concepts of the name."""
        return concept_set(self.name)

    @cached_property
    def phrase_concepts(self) -> tuple[frozenset[str], ...]:
        """Concepts of each phrase."""
        return tuple(concept_set(phrase) for phrase in self.cls.phrases)

    @cached_property
    def phrase_texts(self) -> frozenset[str]:
        """The phrases, in lower case."""
        return frozenset(" ".join(phrase.lower().split()) for phrase in self.cls.phrases)

    @cached_property
    def main_concepts(self) -> frozenset[str]:
        """Concepts that make up a phrase, alone or with one other."""
        said = (*self.phrase_concepts, self.summary_concepts)
        return frozenset(concept for some in said if len(some) <= 2 for concept in some)

    @cached_property
    def summary_concepts(self) -> frozenset[str]:
        """Concepts of the docstring's first line."""
        return concept_set(self.summary)

    @cached_property
    def option_concepts(self) -> frozenset[str]:
        """Concepts of the options' names and choices, common ones left out."""
        found: frozenset[str] = frozenset()
        for option in self.options.values():
            if option.name not in COMMON:
                found |= option.concepts | {one for choice in option.choices for one in concept_set(choice)}
        return found

    @cached_property
    def own_concepts(self) -> frozenset[str]:
        """All concepts but those of the options."""
        return self.name_concepts | self.summary_concepts | frozenset().union(*self.phrase_concepts)

    @cached_property
    def sureness(self) -> Mapping[str, float]:
        """How well each concept is answered, 0 to 1, by where it stands and how many others stand beside it there."""
        alone = frozenset(concept for phrase in self.phrase_concepts if len(phrase) == 1 for concept in phrase)
        several = (concept_set(one) for option in self.options.values() if option.many for one in option.choices)
        places = {
            0.5: self.own_concepts,
            0.6: self.option_concepts,
            0.75: self.main_concepts.union(*several),
            1.0: self.name_concepts | alone,
        }
        by_place = {concept: sure for sure, known in places.items() for concept in known}
        # Verbs such as "replace" say little of what is treated, unless the operator is named by them.
        by_place |= dict.fromkeys((by_place.keys() & action_stems()) - self.name_concepts, 0.5)
        return MappingProxyType({**by_place, stem(self.name): 1.0})

    @cached_property
    def phrase_words(self) -> frozenset[str]:
        """The words of its phrases, in lower case."""
        text = " ".join(self.cls.phrases).lower()
        return frozenset("".join(one if one.isalpha() else " " for one in text).split())

    @cached_property
    def text_option(self) -> OptionCard | None:
        """The option that names the text it works on: `column` or `columns`, else the first one that reads text.

        One that may stay empty names something else, and one without a default, such as a key, is only what is said.
        """
        reading = [one for one in self.options.values() if one.reads and "text" in one.reads and one.default]
        named = [option for option in reading if option.name in ("column", "columns")]
        return next(iter(named or reading), None)

    def limits(self) -> Iterator[OptionCard]:
        """The options that limit a number in the rows, those for a model's replies left out."""
        return (one for one in self.options.values() if one.side and one.is_number and not one.of_replies)

    def partner(self, option: OptionCard) -> OptionCard | None:
        """The other end of a limit: `max_words` for `min_words`."""
        if option.side is None:
            return None
        other = "max" if option.side == "min" else "min"
        return self.options.get(other + option.name.removeprefix(option.side))


@cache
def card_of(operator: type[Operator]) -> OperatorCard:
    """The card of an operator class, made once: classes do not change."""
    return OperatorCard.of(operator)


def _option(operator: type[Operator], name: str, field: FieldInfo) -> OptionCard:
    side: Side | None = "min" if name.startswith("min_") else "max" if name.startswith("max_") else None
    about = name.partition("_")[2] if side else name
    marks = list(markers(operator, name))
    reads = next((mark.dtypes for mark in marks if isinstance(mark, Reads)), None)
    types, choices, many = _shape(field.annotation)
    low, high = _bounds(field)
    return OptionCard(
        name=name,
        field=field,
        side=side,
        unit=UNITS.get(about.rpartition("_")[2]),
        concepts=concept_set(about.replace("_", " ")),
        low=low,
        high=high,
        types=types,
        choices=choices,
        many=many,
        reads=reads,
        writes=any(isinstance(mark, Writes) for mark in marks),
    )


def _shape(annotation: Any) -> tuple[frozenset[type], tuple[str, ...], bool]:
    """The plain types in an annotation, its choices, and whether it is a sequence."""
    origin = get_origin(annotation)
    if origin is Literal:
        return frozenset({str}), tuple(one for one in get_args(annotation) if isinstance(one, str)), False
    if origin is Annotated:
        return _shape(get_args(annotation)[0])
    if origin is None:
        return frozenset({annotation} if isinstance(annotation, type) else ()), (), False
    parts = [_shape(part) for part in get_args(annotation) if part is not Ellipsis]
    types = frozenset(one for found, _, _ in parts for one in found)
    choices = tuple(one for _, found, _ in parts for one in found)
    return types, choices, origin in (tuple, list, set, frozenset) or any(several for _, _, several in parts)


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low = [getattr(mark, name) for mark in field.metadata for name in ("ge", "gt") if hasattr(mark, name)]
    high = [getattr(mark, name) for mark in field.metadata for name in ("le", "lt") if hasattr(mark, name)]
    return (low[0] if low else None), (high[0] if high else None)
