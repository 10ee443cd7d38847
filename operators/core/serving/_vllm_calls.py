"""Every call of vLLM's own interface; `tests/benchmarks/check_vllm_signatures.py` compares them with a release."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..errors import EndpointError
from ..llm import Reply, Request
from ..usage import Usage

SHOWN_CHARS = 300
TOO_LONG = ("max_model_len", "maximum context length", "maximum model length")


class Refused(Exception):
    """The engine takes one of the requests for wrong; none was begun."""


class Engine:
    """A model loaded by vLLM.

    Args:
        model: name or folder of the model, as vLLM takes it.
    """

    def __init__(self, model: str) -> None:
        from vllm import LLM

        self._llm = LLM(model=model)

    def answers(self, requests: Sequence[Request]) -> list[Reply | EndpointError]:
        """An answer for each request, in their order.

        Raises:
            Refused: vLLM takes one of them for wrong.
        """
        from vllm.exceptions import VLLMClientError

        try:
            outputs = self._llm.chat(
                messages=[_messages(request) for request in requests],
                sampling_params=[_sampling(request) for request in requests],
                use_tqdm=False,
            )
        except (VLLMClientError, ValueError) as error:
            raise Refused(str(error)) from error
        return [_answer(output) for output in outputs]


def refusal(refused: Refused) -> EndpointError:
    """What the refusal of a single request is to its row."""
    said = " ".join(str(refused).split())[:SHOWN_CHARS]
    reason = "too_long" if any(words in said for words in TOO_LONG) else "refused_request"
    return EndpointError(f"vLLM refused the request: {said}", reason=reason)


def _messages(request: Request) -> list[dict[str, str]]:
    system = [{"role": "system", "content": request.system}] if request.system else []
    turns = [{"role": turn.role, "content": turn.text} for turn in request.turns]
    return [*system, *turns, {"role": "user", "content": request.prompt}]


def _sampling(request: Request) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import StructuredOutputsParams

    form = None
    if request.reply_schema is not None:
        form = StructuredOutputsParams(json=dict(request.reply_schema))
    return SamplingParams(
        temperature=request.temperature, max_tokens=request.max_tokens, seed=request.seed, structured_outputs=form
    )


def _answer(output: Any) -> Reply | EndpointError:
    """The reply in a `RequestOutput`, or why it holds none."""
    said = output.outputs[0]
    usage = Usage(calls=1, prompt_tokens=len(output.prompt_token_ids or ()), completion_tokens=len(said.token_ids))
    failed = replace(usage, calls=0, failures=1)
    if said.finish_reason not in ("stop", "length"):
        return EndpointError(f"vLLM gave no whole reply ({said.finish_reason})", usage=failed)
    if said.finish_reason == "stop" and not said.text.strip():
        return EndpointError("the reply is empty", reason="empty_reply", usage=failed)
    return Reply(said.text, said.finish_reason, usage)
