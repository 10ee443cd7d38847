"""Vectors from an endpoint: each text gets its own, whatever the order, or none is given."""

import numpy as np
import pytest
from dataflow_agent.operators.core import EndpointError, InvalidInput, RunStopped
from dataflow_agent.operators.core.serving import Budget, Endpoint, EndpointEmbedder, open_embedder
from dataflow_agent.operators.core.settings import Settings
from dataflow_agent.operators.core.spending import Prices, Spending
from dataflow_agent.operators.core.testing_endpoint import Behaviour, FakeEndpoint
from pydantic import SecretStr

pytest.importorskip("aiohttp")

PATH = "/v1/embeddings"


def embedder(base_url: str) -> EndpointEmbedder:
    return EndpointEmbedder(Endpoint(base_url, "embed-1", tries=3, backoff_s=0.01, timeout_s=5))


def test_each_text_has_its_own_unit_vector_whatever_the_order_of_the_answer() -> None:
    texts = [f"text {number}" for number in range(200)]
    with FakeEndpoint(behaviour=Behaviour(shuffle_embeddings=True, jitter_s=0.02)) as fake:
        ours = embedder(fake.base_url)
        together = ours.embed(texts)
        assert fake.calls == {(PATH, 200): 4}
        alone = np.concatenate([ours.embed([text]) for text in texts[::40]])
        ours.close()
    assert together.shape == (200, ours.dimension)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(together[::40], alone)
    assert len(np.unique(together, axis=0)) == 200


def test_the_dimension_is_found_by_one_call_and_the_identity_by_none() -> None:
    with FakeEndpoint(behaviour=Behaviour(dimensions=17)) as fake:
        ours = embedder(fake.base_url)
        assert ours.identity == "endpoint/embed-1"
        assert not fake.calls
        assert (ours.dimension, ours.dimension) == (17, 17)
        assert fake.calls.total() == 1
        ours.close()


def test_blank_texts_are_zeros_and_no_texts_are_no_rows() -> None:
    with FakeEndpoint() as fake:
        ours = embedder(fake.base_url)
        vectors = ours.embed(["", "a", " \n"])
        assert [bool(row.any()) for row in vectors] == [False, True, False]
        assert ours.embed([]).shape == (0, ours.dimension)
        ours.close()


def test_calls_that_fail_are_repeated() -> None:
    with FakeEndpoint(behaviour=Behaviour(fail=1.0, fails_first=1)) as fake:
        ours = embedder(fake.base_url)
        assert ours.embed(["a"]).any()
        ours.close()


@pytest.mark.parametrize("behaviour", [Behaviour(empty=1.0), Behaviour(malformed=1.0)])
def test_an_answer_without_a_vector_for_each_text_is_an_error_and_no_vectors(behaviour: Behaviour) -> None:
    with FakeEndpoint(behaviour=behaviour) as fake:
        ours = embedder(fake.base_url)
        with pytest.raises((EndpointError, RunStopped), match="vector"):
            ours.embed(["a", "b", "c"])
        ours.close()


def test_settings_of_its_own_come_first_and_those_of_the_model_stand_in() -> None:
    model = {"llm_base_url": "http://127.0.0.1:1/v1", "llm_api_key": SecretStr("sk-model"), "llm_model": "m"}
    with FakeEndpoint() as fake:
        own = Settings(**model, embed_model="e", embed_base_url=fake.base_url)
        ours = open_embedder(own)
        ours.embed(["a"])
        ours.close()
        assert "authorization" not in fake.received[0].headers
        shared = Settings(**{**model, "llm_base_url": fake.base_url}, embed_model="e")
        ours = open_embedder(shared)
        ours.embed(["a"])
        ours.close()
        assert fake.received[1].headers["authorization"] == "Bearer sk-model"
        assert fake.received[1].body["model"] == "e"
    with pytest.raises(InvalidInput, match="DATAFLOW_EMBED_MODEL"):
        open_embedder(Settings(llm_base_url="http://127.0.0.1:1/v1"))
    with pytest.raises(InvalidInput, match="DATAFLOW_EMBED_BASE_URL"):
        open_embedder(Settings(embed_model="e"))


def test_embedding_is_under_the_caps_of_the_run_at_its_own_price() -> None:
    budget = Budget(Spending(max_calls=3), Prices(prompt=1000.0))
    with FakeEndpoint() as fake:
        ours = EndpointEmbedder(Endpoint(fake.base_url, "embed-1"), budget, price=2.0)
        ours.embed(["word " * 100] * 70)
        assert budget.spent.calls == 2
        assert budget.spent.cost == pytest.approx(2.0 * budget.spent.prompt_tokens / 1_000_000)
        with pytest.raises(RunStopped, match="--max-calls 3"):
            ours.embed(["text"] * 200)
        assert fake.calls.total() == 3
        ours.close()
