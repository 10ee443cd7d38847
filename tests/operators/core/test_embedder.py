import logging
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from dataflow_agent.operators.core.embedder import WordLlamaEmbedder, default_embedder
from hypothesis import given, settings
from hypothesis import strategies as st

EMBEDDER = WordLlamaEmbedder()


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def similarity(left: str, right: str) -> float:
    a, b = EMBEDDER.embed([left, right])
    return float(a @ b)


def test_one_unit_row_of_the_said_dimension_for_each_text() -> None:
    vectors = EMBEDDER.embed(["keep English texts", "drop near duplicates", "日本語"])
    assert vectors.shape == (3, EMBEDDER.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-6)


def test_a_text_without_tokens_gives_zeros_and_no_texts_give_no_rows() -> None:
    assert not EMBEDDER.embed([""]).any()
    assert EMBEDDER.embed([]).shape == (0, EMBEDDER.dimension)


def test_the_vectors_are_those_of_the_model() -> None:
    texts = ["remove html tags", "a much longer text about nothing in particular, with a comma", "x"]
    ours = EMBEDDER.embed(texts)
    import wordllama  # after the embedder imported it: by itself the import sets up logging for the whole process

    model = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
    assert ours == pytest.approx(model.embed(texts, norm=True), abs=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=200), max_size=5))
def test_the_vector_of_a_text_does_not_depend_on_the_other_texts(text: str, others: list[str]) -> None:
    alone = EMBEDDER.embed([text])[0]
    assert np.array_equal(EMBEDDER.embed([*others, text])[-1], alone)


def test_a_text_of_many_tokens_is_the_mean_of_all_of_them() -> None:
    long = "plain words here " * 5000
    assert similarity(long, "plain words here plain words here") > 0.99
    assert similarity("a " * 6000 + "zebra " * 6000, "zebra") > similarity("a " * 6000, "zebra") + 0.1


def test_half_a_surrogate_pair_does_no_harm() -> None:
    assert similarity("delete links \ud800", "delete links") > 0.5


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        ("remove duplicate rows", "delete repeated records", "translate into French"),
        ("hide phone numbers", "mask personal data", "sort by date"),
        ("split documents into passages", "cut texts into chunks", "detect toxic language"),
    ],
)
def test_texts_of_like_meaning_are_nearer(text: str, near: str, far: str) -> None:
    assert similarity(text, near) > similarity(text, far) + 0.1


def test_it_needs_no_network() -> None:
    print_shape = (
        "import sys\n"
        "def refuse(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.gethostbyname', 'socket.sendto'):\n"
        "        raise AssertionError(f'the network was asked for: {event} {arguments}')\n"
        "sys.addaudithook(refuse)\n"
        "from dataflow_agent.operators.core.embedder import default_embedder\n"
        "print(default_embedder().embed(['offline']).shape)"
    )
    assert "(1, 256)" in run_python(print_shape)


def test_making_one_loads_nothing_and_using_one_loads_no_framework() -> None:
    print_loaded = (
        "import sys\n"
        "from dataflow_agent.operators.core.embedder import default_embedder\n"
        "embedder = default_embedder(); embedder.identity\n"
        "print('early', 'wordllama' in sys.modules)\n"
        "embedder.embed(['x'])\n"
        "print('heavy', sorted({'torch', 'tensorflow', 'transformers', 'pandas'} & set(sys.modules)))"
    )
    printed = run_python(print_loaded)
    assert "early False" in printed
    assert "heavy []" in printed


def test_loading_leaves_the_root_logger_alone() -> None:
    before = logging.getLogger().level, logging.getLogger().handlers[:]
    WordLlamaEmbedder().embed(["x"])
    assert (logging.getLogger().level, logging.getLogger().handlers) == before
    print_state = (
        "import logging\n"
        "from dataflow_agent.operators.core.embedder import default_embedder\n"
        "default_embedder().embed(['x'])\n"
        "print(logging.getLogger().level == logging.WARNING, logging.getLogger().handlers)"
    )
    assert "True []" in run_python(print_state)


def test_the_default_is_one_for_the_process_and_its_identity_names_version_and_dimension() -> None:
    assert default_embedder() is default_embedder()
    assert version("wordllama") in EMBEDDER.identity
    assert str(EMBEDDER.dimension) in EMBEDDER.identity
