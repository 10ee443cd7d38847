"""Compares every call that we make of vLLM with the signatures of a published release, without running it.

    python tests/benchmarks/check_vllm_signatures.py [--version 0.33.0] [--wheel FILE]

It downloads the wheel (some 350 MB) from the package index into a temporary folder, unless one is given; nothing of it
is installed, imported or run. There is no GPU where this project is made, so this is what we know instead of a run.
"""

import argparse
import ast
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OURS = Path(__file__).parents[2] / "operators" / "core" / "serving" / "_vllm_calls.py"
METHODS = {"self._llm.chat": ("LLM", "chat")}
"""What our code calls on objects of vLLM's classes; the classes themselves are found by their imports."""
READ = {"RequestOutput": ("outputs", "prompt_token_ids"), "CompletionOutput": ("text", "token_ids", "finish_reason")}
"""Attributes that we read, by the class in vllm/outputs.py that must have them."""


@dataclass(frozen=True)
class Made:
    """A call in our code: what is called, and the names of its arguments."""

    called: str
    method: str
    positional: int
    named: tuple[str, ...]
    line: int


class Wheel:
    """The modules of a wheel as syntax trees."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)

    def module(self, name: str) -> ast.Module | None:
        """A module, or None where the wheel has none of that name."""
        base = name.replace(".", "/")
        for file in (f"{base}.py", f"{base}/__init__.py"):
            if file in self._zip.namelist():
                return ast.parse(self._zip.read(file))
        return None

    def home_of(self, module: str, name: str) -> ast.ClassDef | None:
        """The class that a module gives out under a name: its own, or one that it imports, at once or lazily."""
        tree = self.module(module)
        if tree is None:
            return None
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name == name:
                return node
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module and any(one.name == name for one in node.names):
                return self.home_of(node.module, name)
        return None


def calls_of(source: str) -> tuple[dict[str, str], list[Made]]:
    """Names that our code imports from vLLM with their modules, and the calls that it makes of them."""
    tree = ast.parse(source)
    imported = {
        one.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vllm" and not node.level
        for one in node.names
        if node.module
    }
    made = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in imported or called in METHODS:
            owner, method = METHODS.get(called, (called, "__init__"))
            named = tuple(one.arg or "**" for one in node.keywords)
            made.append(Made(owner, method, len(node.args), named, node.lineno))
    return imported, made


def parameters(owner: ast.ClassDef, method: str) -> tuple[set[str], set[str]] | None:
    """Names that a method takes, and those among them without a default; None where there is no such method."""
    for node in owner.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == method:
            plain = [one.arg for one in (*node.args.posonlyargs, *node.args.args)][1:]
            needed = plain[: len(plain) - len(node.args.defaults)]
            only = node.args.kwonlyargs
            needed += [one.arg for one, default in zip(only, node.args.kw_defaults, strict=True) if default is None]
            return {*plain, *(one.arg for one in only)}, set(needed)
    if method != "__init__":
        return None
    return set(fields_of(owner)), {name for name, default in fields_of(owner).items() if default is None}


def fields_of(owner: ast.ClassDef) -> dict[str, ast.expr | None]:
    """The annotated fields of a class with their defaults."""
    declared = (one for one in owner.body if isinstance(one, ast.AnnAssign))
    return {one.target.id: one.value for one in declared if isinstance(one.target, ast.Name)}


def attributes(owner: ast.ClassDef) -> set[str]:
    """What instances of a class have: its fields, its properties, and what `__init__` sets."""
    methods = [one for one in owner.body if isinstance(one, ast.FunctionDef)]
    stored = {
        node.attr
        for method in methods
        if method.name == "__init__"
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    return {*fields_of(owner)} | stored | {method.name for method in methods}


def faults(wheel: Wheel, source: str) -> Iterator[str]:
    """What of our code does not fit the wheel; each thing that does is printed."""
    imported, made = calls_of(source)
    classes = {name: wheel.home_of(module, name) for name, module in imported.items()}
    for name, module in imported.items():
        found = classes[name] is not None
        print(f"{'ok ' if found else 'BAD'} from {module} import {name}")
        if not found:
            yield f"{module} has no {name}"
    for call in made:
        owner = classes.get(call.called)
        takes = parameters(owner, call.method) if owner is not None else None
        shown = f"{call.called}.{call.method}({', '.join(f'{name}=' for name in call.named)})"
        if takes is None:
            yield f"line {call.line}: there is no {call.called}.{call.method}"
            continue
        names, needed = takes
        unknown = [name for name in call.named if name not in names]
        absent = sorted(needed - {*call.named}) if not call.positional else []
        print(f"{'BAD' if unknown or absent or call.positional else 'ok '} line {call.line}: {shown}")
        if call.positional:
            yield f"line {call.line}: {shown} passes arguments without names, which this cannot compare"
        if unknown:
            yield f"line {call.line}: {shown}: it takes no {', '.join(unknown)}"
        if absent:
            yield f"line {call.line}: {shown}: it wants {', '.join(absent)}"
    for name, wanted in READ.items():
        owner = wheel.home_of("vllm.outputs", name)
        lacking = [one for one in wanted if owner is None or one not in attributes(owner)]
        print(f"{'BAD' if lacking else 'ok '} {name} has {', '.join(wanted)}")
        if lacking:
            yield f"{name} has no {', '.join(lacking)}"


def downloaded(version: str | None, folder: str) -> Path:
    """The wheel of a release, or of the newest, from the package index."""
    wanted = f"vllm=={version}" if version else "vllm"
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "-d", folder, wanted]
    subprocess.run(command, check=True)
    return next(Path(folder).glob("vllm-*.whl"))


def main() -> int:
    """Compare, and say what differs; status 1 where something does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--version", help="release to compare with; the newest by default")
    parser.add_argument("--wheel", type=Path, help="wheel that is there already")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.wheel or downloaded(asked.version, folder)
        print(path.name)
        found = [*faults(Wheel(path), OURS.read_text())]
    print("\n".join(found) if found else "every call fits")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
