"""The code in a reply: the fenced block that is meant, and whether it is whole."""

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..core.structured import InvalidReply

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})(?P<told>[^\r\n]*)\r?$", re.MULTILINE)
_SAME: Mapping[str, str] = {
    "py": "python", "python3": "python", "js": "javascript", "node": "javascript", "ts": "typescript", "cpp": "c++",
    "cc": "c++", "cxx": "c++", "cs": "c#", "csharp": "c#", "golang": "go", "rs": "rust", "kt": "kotlin",
    "rb": "ruby", "sh": "shell", "bash": "shell", "zsh": "shell",
}  # fmt: skip
_OPENED: Mapping[str, str] = {")": "(", "]": "[", "}": "{"}
_LONG_TEXT, _TEXT = r'"""[\s\S]*?(?:"""|\Z)', r'"(?:\\.|[^"\\\n])*"'
_ONE_CHARACTER, _QUOTED = r"'(?:\\[^\n']*|[^'\\\n])'", r"'(?:\\.|[^'\\\n])*'"
_BACKTICKS, _COMMENT = r"`(?:\\[\s\S]|[^`\\])*`", r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
# A regular expression where no number can stand before its slash; longer ones are not looked for, so time is linear.
_PATTERN = r"(?:(?<=[(=,:;!&|?{}\[])|(?<=return))\s{0,9}/(?![*/])(?:\\.|[^/\\\n]){1,99}/"
_BRACES = "|".join([_COMMENT, _LONG_TEXT, _TEXT, _ONE_CHARACTER, _BACKTICKS])
_SCRIPT = "|".join([_COMMENT, _PATTERN, _TEXT, _QUOTED, _BACKTICKS])
# What hides brackets in a language: comments, texts and characters. A language that is not here is not looked into.
_HIDDEN: Mapping[str, re.Pattern[str]] = {
    **{one: re.compile(_BRACES + r"|\\.") for one in "c c++ c# java go rust kotlin scala swift dart".split()},
    **{one: re.compile(_SCRIPT + r"|\\.") for one in ("javascript", "typescript")},
    "json": re.compile(_TEXT),
    "sql": re.compile(r"--[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|'[^']*'|\"[^\"]*\""),
}
_BRACKETS = re.compile(r"[()\[\]{}]")


@dataclass(frozen=True)
class _Block:
    told: str
    code: str
    closed: bool = True


def code_in(text: str, language: str) -> str:
    """The code that a reply gives as its answer.

    Of fenced blocks those count that name the language, else those that name none, else all; of these the longest that
    is whole is taken, the first of equals. A reply without a fence is code as a whole if it is Python that does
    something, and none in other languages.

    Args:
        text: the reply, thoughts before it left out.
        language: the programming language wanted.

    Raises:
        InvalidReply: there is no code, or none of it is whole; says why, for the longest.
    """
    wanted = _name(language)
    blocks = [block for block in _blocks(text) if block.code.strip()]
    if not blocks:
        return _unfenced(text, wanted)
    fitting = [one for one in blocks if _name(one.told) == wanted] or [one for one in blocks if not one.told] or blocks
    longest_first = sorted(fitting, key=lambda one: -len(one.code))
    errors = []
    for block in longest_first:
        error = _fault(block.code, wanted) or ("" if block.closed or wanted in _PARSED else "its code block never ends")
        if not error:
            return block.code
        errors.append(error)
    raise InvalidReply(errors[0])


def _blocks(text: str) -> Iterator[_Block]:
    """Fenced blocks in order; the fence that ends one is as long as that which began it, and says nothing."""
    opened: re.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = None if "`" in fence["told"] else fence
        elif fence["marks"].startswith(opened["marks"]) and not fence["told"].strip():
            yield _Block(_told(opened), _inside(text, opened, fence.start()))
            opened = None
    if opened is not None:
        yield _Block(_told(opened), _inside(text, opened, len(text)), closed=False)


def _told(fence: re.Match[str]) -> str:
    return fence["told"].strip().partition(" ")[0].strip("{}.").lower()


def _inside(text: str, opened: re.Match[str], end: int) -> str:
    """What stands between fences, as far to the left as the first of them."""
    inside = text[opened.end() : end].removeprefix("\r").removeprefix("\n").rstrip()
    indent = len(opened["indent"])
    return re.sub(rf"^[ \t]{{1,{indent}}}", "", inside, flags=re.MULTILINE) if indent else inside


def _unfenced(text: str, wanted: str) -> str:
    code = text.strip()
    if not code:
        raise InvalidReply("it is empty")
    if wanted == "python" and _python_fault(code) is None and _does_something(code):
        return code
    raise InvalidReply("it has no fenced code block")


def _fault(code: str, wanted: str) -> str | None:
    return _PARSED[wanted](code) if wanted in _PARSED else _bracket_fault(code, wanted)


def _python_fault(code: str) -> str | None:
    """Why this is no Python, or None where it is."""
    try:
        _parsed(code)
    except SyntaxError as error:
        return f"the code is no valid Python: {error.msg}, line {error.lineno}"
    except (ValueError, MemoryError, RecursionError) as error:
        return f"the code is no valid Python: {error or 'it is nested too deeply'}"
    return None


def _does_something(code: str) -> bool:
    """Whether Python is more than names and values, which a word or a list of prose may be as well."""
    alone = (ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Attribute, ast.BinOp, ast.UnaryOp)
    judged = (ast.Compare, ast.BoolOp)
    body = _parsed(code).body
    idle = (ast.AnnAssign, ast.Pass)
    return any(
        not isinstance(one.value if isinstance(one, ast.Expr) else one, (*alone, *judged, *idle)) for one in body
    )


def _parsed(code: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an odd escape in a string is the model's style, and no news to the user
        return ast.parse(code)


def _bracket_fault(code: str, language: str) -> str | None:
    """Which bracket has no partner, outside of comments and texts; None where all have, or the language is unknown."""
    hidden = _HIDDEN.get(language)
    if hidden is None:
        return None
    shown = hidden.sub(lambda found: "\n" * found[0].count("\n"), code)
    opened: list[re.Match[str]] = []
    for bracket in _BRACKETS.finditer(shown):
        if bracket[0] not in _OPENED:
            opened.append(bracket)
        elif opened and opened[-1][0] == _OPENED[bracket[0]]:
            opened.pop()
        else:
            return f"the {bracket[0]!r} in line {_line(shown, bracket)} of the code closes nothing"
    return f"the {opened[-1][0]!r} in line {_line(shown, opened[-1])} of the code is never closed" if opened else None


def _line(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1


def _name(told: str) -> str:
    name = told.strip().lower()
    return _SAME.get(name, name)


_PARSED = {"python": _python_fault}
