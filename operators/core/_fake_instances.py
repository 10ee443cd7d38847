"""Instances of JSON schemas: valid ones drawn from a seed, and valid ones with other values than a given one."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor, inf
from random import Random
from typing import Any
from urllib.parse import unquote

Schema = Mapping[str, Any]
WORDS = tuple(
    "river stone paper light garden window morning letter bridge candle forest harbor market number orange pencil "
    "quiet road silver table under valley winter yellow answer branch circle dinner engine flower glass island".split()
)
FORMATS = {
    "date": "2024-05-17",
    "date-time": "2024-05-17T08:30:00Z",
    "time": "08:30:00Z",
    "duration": "PT90S",
    "email": "ada@example.org",
    "uuid": "3b6f1c0e-5a52-4f5e-9d0a-7f1d3c2b4a60",
    "uri": "https://example.org/page",
    "hostname": "example.org",
    "ipv4": "192.0.2.7",
    "ipv6": "2001:db8::7",
    "json-string": "{}",
}
SAMPLES = ("a", "abc", "A", "ABC", "1", "42", "3.5", "a1", "a-b", "a_b", "A1", "AB-123", "#a0b1c2", "yes")
"""Tried, after words, for a string that has a pattern."""

_MORE_DRAWS = 50
"""Chance may meet a value again where another is needed."""


class CannotDraw(ValueError):
    """A schema is one that no instance is made of here; the message says why."""


class Instances:
    """Draws instances of one schema.

    Knows what pydantic's `model_json_schema` writes: objects, arrays, tuples, texts with bounds or a format, enums,
    constants, numbers with bounds, unions and references, recursive ones too. A `pattern` is served from samples.

    Args:
        schema: the JSON schema; references are looked up in it.
        draw: where chance comes from.
        words: what texts are made of.
    """

    def __init__(self, schema: Schema, draw: Random, words: Sequence[str] = WORDS) -> None:
        self._root, self._draw, self._words = schema, draw, words or WORDS

    def instance(self) -> Any:
        """A valid instance.

        Raises:
            CannotDraw: none can be made.
        """
        return self._make(self._root, ())

    def other(self, value: Any) -> Any:
        """A valid instance of the same form as `value`: every boolean, number and choice in it differs.

        Where there is none of these, texts differ. A schema that allows one value only yields that.
        """
        other = self._other(self._root, value, False)
        return other if other != value else self._other(self._root, value, True)

    def _make(self, schema: Any, path: tuple[str, ...]) -> Any:
        """`path` names the references that lead here; what refers to itself is kept as small as it may be."""
        schema, path = self._resolved(schema, path)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._draw.choice(schema["enum"])
        if branches := _branches(schema):
            return self._make(self._branch(branches, path), path)
        makers: dict[str | None, Callable[[], Any]] = {
            "object": lambda: self._object(schema, path),
            "array": lambda: self._array(schema, path),
            "string": lambda: self._text(schema),
            "integer": lambda: int(self._stepped(schema, schema.get("multipleOf", 1))),
            "number": lambda: self._number(schema),
            "boolean": lambda: self._draw.random() < 0.5,
            "null": lambda: None,
            None: lambda: self._draw.choice(self._words),
        }
        if (kind := _type_of(schema)) not in makers:
            raise CannotDraw(f"there is no type {kind!r}")
        return makers[kind]()

    def _resolved(self, schema: Any, path: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
        if schema is True:
            return {}, path
        if not isinstance(schema, Mapping):
            raise CannotDraw(f"a schema is an object, not {schema!r}")
        while "$ref" in schema or "allOf" in schema:
            parts = schema.get("allOf", ())
            if (name := schema.get("$ref")) is not None:
                path = (*path, name)
                parts = (self._target(name), *parts)
            if len(path) > 40:
                raise CannotDraw(f"{path[-1]} refers to itself without an end")
            beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
            schema = {key: value for part in (*parts, beside) for key, value in part.items()}
        return schema, path

    def _target(self, name: str) -> Schema:
        found: Any = self._root
        try:
            for key in name.removeprefix("#").split("/")[1:]:
                found = found[unquote(key).replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise CannotDraw(f"there is nothing at {name}") from None
        return found  # type: ignore[no-any-return]

    def _branch(self, branches: Sequence[Any], path: tuple[str, ...]) -> Any:
        if _goes_round(path):
            return min(branches, key=lambda branch: self._height(branch, frozenset()))
        real = [branch for branch in branches if branch.get("type") != "null"] or branches
        # Number or text is how pydantic writes a Decimal, which takes no text but a number's.
        return real[0] if [one.get("type") for one in real] == ["number", "string"] else self._draw.choice(real)

    def _height(self, schema: Any, seen: frozenset[str]) -> float:
        """How deep the smallest instance is; infinite where a reference that was seen is met again."""
        if schema is True:
            return 0
        if (name := schema.get("$ref")) is not None:
            return inf if name in seen else self._height(self._target(name), seen | {name})
        if branches := _branches(schema):
            return min(self._height(branch, seen) for branch in branches)
        required, named = schema.get("required", ()), schema.get("properties", {})
        inner = [part for name, part in named.items() if name in required]
        if schema.get("minItems", 0) > 0:
            inner += [*schema.get("prefixItems", ()), schema.get("items", True)]
        return 1 + max((self._height(part, seen) for part in inner), default=0)

    def _object(self, schema: Schema, path: tuple[str, ...]) -> dict[str, Any]:
        required = schema.get("required", ())
        named = schema.get("properties", {})
        made = {
            name: self._make(part, path) for name, part in named.items() if name in required or not _goes_round(path)
        }
        extra = schema.get("additionalProperties", not named)
        if isinstance(extra, Mapping) or schema.get("minProperties", 0) > len(made):
            keys = schema.get("propertyNames", {})
            least = max(schema.get("minProperties", 0), 0 if _goes_round(path) else 1)
            for _ in range(least + _MORE_DRAWS):
                if len(made) >= least:
                    break
                made.setdefault(str(self._make({"type": "string", **keys}, path)), self._make(extra or True, path))
        return made

    def _array(self, schema: Schema, path: tuple[str, ...]) -> list[Any]:
        first = schema.get("prefixItems", ())
        least, most = schema.get("minItems", 0), schema.get("maxItems", inf)
        some = self._draw.randint(int(min(max(least, 1), most)), int(min(max(least, 1) + 2, most)))
        wanted = least if _goes_round(path) else some
        made = [self._make(part, path) for part in first]
        rest = schema.get("items", True)
        for _ in range(wanted + _MORE_DRAWS):
            if len(made) >= wanted or rest is False:
                break
            one = self._make(rest, path)
            if not schema.get("uniqueItems") or one not in made:
                made.append(one)
        return made

    def _text(self, schema: Schema) -> str:
        least, most = schema.get("minLength", 0), schema.get("maxLength", inf)
        if (pattern := schema.get("pattern")) is not None:
            return self._matching(pattern, least, most)
        if (known := FORMATS.get(schema.get("format", ""))) is not None:
            return known
        text = " ".join(self._draw.choices(self._words, k=self._draw.randint(2, 6)))
        while len(text) < least:
            text += " " + self._draw.choice(self._words)
        text = text[: int(min(most, max(len(text), least)))]
        # A cut may leave a space at the end, which a model that strips its texts would take off.
        return text if text == text.strip() else text.rstrip().ljust(int(min(most, max(least, 1))), "a")

    def _matching(self, pattern: str, least: int, most: float) -> str:
        lengths = sorted({least, max(least, 1), int(min(most, least + 8))})
        filled = [sign * length for sign in "aA0" for length in lengths]
        for sample in (*self._draw.sample(self._words, len(self._words)), *SAMPLES, *FORMATS.values(), *filled):
            if least <= len(sample) <= most and re.search(pattern, sample):
                return sample
        raise CannotDraw(f"no sample matches the pattern {pattern!r}")

    def _number(self, schema: Schema) -> float:
        if (step := schema.get("multipleOf")) is not None:
            return self._stepped(schema, step)
        least, most = _bounds(schema)
        drawn = self._draw.uniform(least, most)
        if least < (rounded := round(drawn, 3)) < most:
            return rounded
        edges = (schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum"))
        return (least + most) / 2 if drawn in edges else drawn

    def _stepped(self, schema: Schema, step: float) -> float:
        least, most = _bounds(schema)
        low, high = ceil(least / step), floor(most / step)
        low += low * step == schema.get("exclusiveMinimum")
        high -= high * step == schema.get("exclusiveMaximum")
        if low > high:
            raise CannotDraw(f"no multiple of {step} lies in the bounds of {dict(schema)}")
        return round(self._draw.randint(low, high) * step, 9)

    def _other(self, schema: Any, value: Any, texts: bool) -> Any:
        schema, _ = self._resolved(schema, ())
        if "const" in schema or value is None:
            return value
        if "enum" in schema:
            return self._draw.choice([one for one in schema["enum"] if one != value] or [value])
        if branches := _branches(schema):
            fitting = [branch for branch in branches if self._fits(branch, value)]
            return self._other(fitting[0], value, texts) if fitting else value
        if isinstance(value, dict):
            named, extra = schema.get("properties", {}), schema.get("additionalProperties", True)
            return {key: self._other(named.get(key, extra or True), one, texts) for key, one in value.items()}
        change = self._other_items if isinstance(value, list) else self._other_one
        return change(schema, value, texts)

    def _other_one(self, schema: Schema, value: Any, texts: bool) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int | float):
            kind = _type_of(schema) or ("integer" if isinstance(value, int) else "number")
            return self._drawn_otherwise({**schema, "type": kind}, value)
        return self._drawn_otherwise(schema, value) if texts and isinstance(value, str) else value

    def _other_items(self, schema: Schema, value: list[Any], texts: bool) -> list[Any]:
        first, rest = schema.get("prefixItems", []), schema.get("items", True)
        parts = [*first, *[rest or True] * len(value)]
        changed = [self._other(part, one, texts) for part, one in zip(parts, value, strict=False)]
        repeats = schema.get("uniqueItems") and any(one in changed[:place] for place, one in enumerate(changed))
        return value if repeats else changed

    def _drawn_otherwise(self, schema: Schema, value: Any) -> Any:
        """Another value, or the same where the bounds allow no other."""
        drawn = (self._make(schema, ()) for _ in range(_MORE_DRAWS))
        return next((one for one in drawn if one != value), value)

    def _fits(self, schema: Any, value: Any) -> bool:
        schema, _ = self._resolved(schema, ())
        if "const" in schema:
            return bool(schema["const"] == value)
        if "enum" in schema:
            return value in schema["enum"]
        if branches := _branches(schema):
            return any(self._fits(branch, value) for branch in branches)
        kind = _type_of(schema)
        if kind is None:
            return True
        if kind == "object" and isinstance(value, dict):
            named = schema.get("properties", {})
            return set(schema.get("required", ())) <= set(value) and all(
                self._fits(named[name], one) for name, one in value.items() if name in named
            )
        inside = value if kind == "array" and isinstance(value, list) and isinstance(schema.get("items"), dict) else ()
        return type(value) in _TYPES[kind] and all(self._fits(schema["items"], one) for one in inside)


_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def _goes_round(path: tuple[str, ...]) -> bool:
    """A reference is met a second time on the way here."""
    return len(set(path)) < len(path)


def _branches(schema: Schema) -> list[Any]:
    if isinstance(kinds := schema.get("type"), list):
        return [{**schema, "type": kind} for kind in kinds]
    return [*schema.get("anyOf", ()), *schema.get("oneOf", ())]


def _type_of(schema: Schema) -> str | None:
    if (kind := schema.get("type")) is not None:
        return str(kind)
    implied = {"properties": "object", "additionalProperties": "object", "items": "array", "prefixItems": "array"}
    return next((kind for key, kind in implied.items() if key in schema), None)


def _bounds(schema: Schema) -> tuple[float, float]:
    """Bounds to draw between; where one is open, 100 away from the other or from 0."""
    low = max((schema[key] for key in ("minimum", "exclusiveMinimum") if key in schema), default=None)
    high = min((schema[key] for key in ("maximum", "exclusiveMaximum") if key in schema), default=None)
    if low is None:
        low = 0 if high is None or high > 0 else high - 100
    return low, low + 100 if high is None else high
