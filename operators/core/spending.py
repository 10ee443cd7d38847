"""What a run may spend on a model, and what the model's tokens cost."""

from pydantic import BaseModel, ConfigDict, Field

MILLION = 1_000_000


class Spending(BaseModel):
    """What one run may take of a model; None for no cap. With `use_cache` earlier replies answer equal requests,
    and parts for which a model was asked earlier are found; without it both are made anew.

    `max_calls` counts every request that the endpoint may bill, repeated ones too. Cached replies take nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_cost: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    max_tokens: int | None = Field(default=None, ge=1)
    max_calls: int | None = Field(default=None, ge=1)
    use_cache: bool = True


NO_CAPS = Spending()


class Prices(BaseModel):
    """Money for a million tokens, in the currency of `max_cost`; None where it is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    prompt: float | None = Field(default=None, ge=0)
    completion: float | None = Field(default=None, ge=0)

    @property
    def known(self) -> bool:
        """Whether any price is."""
        return self.prompt is not None or self.completion is not None

    def cost(self, prompt_tokens: float, completion_tokens: float) -> float:
        """What so many tokens cost; 0 for those without a price."""
        return ((self.prompt or 0.0) * prompt_tokens + (self.completion or 0.0) * completion_tokens) / MILLION
