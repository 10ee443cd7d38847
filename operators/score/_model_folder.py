"""Opens a folder with a transformers model, and nothing in it that could run code."""

import importlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..core import InvalidInput
from ..core.resources import resource_files

Device = Literal["auto", "cpu", "cuda"]
Head = Literal["causal", "classifier"]

_AUTO: Mapping[Head, str] = {
    "causal": "AutoModelForCausalLM",
    "classifier": "AutoModelForSequenceClassification",
}
_SINGLE, _INDEX, _SAFE = "model.safetensors", "model.safetensors.index.json", ".safetensors"
_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".h5", ".msgpack")


@dataclass(frozen=True)
class Opened:
    """A model on its device with its tokenizer, as transformers gives them."""

    model: Any
    tokenizer: Any
    device: str


def open_model(head: Head, resource: str, resources: Mapping[str, str], what: str, device: Device) -> Opened:
    """Load the model in the folder that a resource is bound to.

    Weights are read from safetensors only; no code of the folder runs, and nothing is downloaded. On the CPU the
    model computes in 32-bit floats, on a GPU in the type of its weights.

    Args:
        head: what the model must be able to do.
        resource: the resource as the option gives it.
        resources: names bound to paths.
        what: who needs the model, for messages.
        device: where it runs; `auto` takes a GPU where there is one.

    Raises:
        InvalidInput: the folder holds no such model, its weights are not in safetensors or lack a part, a library is
            missing, or there is no GPU.
    """
    folder = _checked_folder(resource, resources, what)
    absent = [name for name in ("torch", "transformers") if importlib.util.find_spec(name) is None]
    if absent:
        raise InvalidInput.of(
            "missing_library",
            f"{what} needs {' and '.join(absent)}; install with: pip install 'dataflow-agent[models]'",
            got=[*absent],
        )
    import torch

    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise InvalidInput.of(
            "no_gpu", f"{what} is to run on cuda, but torch sees no GPU; set device to auto or cpu", got=device
        )
    chosen = "cpu" if device == "cpu" or not there else "cuda"
    with _quiet():
        model, tokenizer = _load(head, resource, folder, "auto" if chosen == "cuda" else torch.float32)
    return Opened(model.to(chosen).eval(), tokenizer, chosen)


def _load(head: Head, resource: str, folder: Path, dtype: Any) -> tuple[Any, Any]:
    import transformers

    local = {"local_files_only": True, "trust_remote_code": False}
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **local)
        model, loaded = getattr(transformers, _AUTO[head]).from_pretrained(
            folder, use_safetensors=True, output_loading_info=True, dtype=dtype, **local
        )
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        raise _unfit(resource, folder, f"transformers cannot load it ({type(error).__name__}: {said})") from error
    # transformers fills in random numbers for what is not there, which would score at random.
    if loaded["missing_keys"]:
        missing = ", ".join(sorted(loaded["missing_keys"])[:3])
        raise _unfit(resource, folder, f"its weights lack {missing}, so it is not a {head} model")
    if not getattr(tokenizer, "is_fast", False):
        raise _unfit(resource, folder, "its tokenizer has no tokenizer.json")
    return model, tokenizer


def _checked_folder(resource: str, resources: Mapping[str, str], what: str) -> Path:
    files = resource_files(resource, resources, what)
    folder = Path(resources[resource])
    names = {path.relative_to(folder).as_posix() for path in files.values()} if folder.is_dir() else set()
    if "config.json" not in names:
        raise _unfit(resource, folder, "there is no config.json in it")
    if _SINGLE not in names and _INDEX not in names:
        unsafe = sorted(name for name in names if name.lower().endswith(_PICKLED))
        found = f"; {', '.join(unsafe[:3])} may run code when read and is refused" if unsafe else ""
        raise _unfit(resource, folder, f"its weights must be in {_SINGLE} (or shards with {_INDEX}){found}")
    if _SINGLE not in names:
        _check_shards(resource, folder, names)
    return folder


def _check_shards(resource: str, folder: Path, names: set[str]) -> None:
    """The index says which files are read, and a file of another kind would be unpickled."""
    try:
        shards = set(json.loads((folder / _INDEX).read_bytes())["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unfit(resource, folder, f"its {_INDEX} cannot be read") from error
    strange = sorted(str(shard) for shard in shards if not str(shard).endswith(_SAFE) or str(shard) not in names)
    if strange:
        raise _unfit(
            resource, folder, f"its {_INDEX} names {', '.join(strange[:3])}, no safetensors file of the folder"
        )


def _unfit(resource: str, folder: Path, why: str) -> InvalidInput:
    return InvalidInput.of(
        "invalid_resource",
        f"the resource {resource!r} is no model that can be used: {why}; bind it to a folder that holds config.json, "
        "tokenizer.json and safetensors, as save_pretrained writes them",
        got=str(folder),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """No progress bars and notes of transformers meanwhile."""
    notes: Any = importlib.import_module("transformers.utils.logging")
    level, bars = notes.get_verbosity(), notes.is_progress_bar_enabled()
    notes.set_verbosity_error()
    notes.disable_progress_bar()
    try:
        yield
    finally:
        notes.set_verbosity(level)
        if bars:
            notes.enable_progress_bar()
