"""Settings from `DATAFLOW_*` variables or a TOML file; read when asked for, passed in, never global."""

import os
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

APP = "dataflow-agent"


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir(APP, appauthor=False))


class Settings(BaseSettings):
    """What this machine offers. Variables win over the TOML file named by `DATAFLOW_CONFIG`.

    The file's default place is `config.toml` in the platform's user configuration folder. Keys are kept as secrets:
    they are never printed, logged or stored.
    """

    model_config = SettingsConfigDict(env_prefix="DATAFLOW_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=_default_home, description="Folder for runs, cache, index and checkpoints.")
    llm_base_url: str | None = Field(default=None, description="Address of an OpenAI-compatible endpoint.")
    llm_api_key: SecretStr | None = Field(default=None, description="Key of that endpoint.")
    llm_model: str | None = Field(default=None, description="Name of the model at that endpoint.")
    llm_in_flight: int = Field(default=16, ge=1, le=1024, description="Most requests open at once.")
    llm_backend: Literal["endpoint", "local", "vllm"] = Field(
        default="endpoint",
        description="Where the model is: behind an endpoint, a GGUF file served here, or vLLM in the process.",
    )
    llm_context: int = Field(
        default=4096,
        ge=256,
        le=2**20,
        description="Most tokens of a request and its reply together, for a model file that is served here.",
    )
    llm_timeout_s: float = Field(default=120.0, gt=0, description="Seconds after which a request is given up.")
    llm_retries: int = Field(default=5, ge=0, le=20, description="Most times a request is repeated.")
    llm_price_in: float | None = Field(default=None, ge=0, description="Price of a million prompt tokens.")
    llm_price_out: float | None = Field(default=None, ge=0, description="Price of a million completion tokens.")
    embed_base_url: str | None = Field(default=None, description="Address of an endpoint for embeddings.")
    embed_api_key: SecretStr | None = Field(default=None, description="Key of that endpoint.")
    embed_model: str | None = Field(
        default=None,
        description="Name of an embedding model; at the language model's endpoint where no address is set for it.",
    )
    embed_price: float | None = Field(default=None, ge=0, description="Price of a million tokens of that model.")
    share_samples: str = Field(
        default="names",
        pattern="^(none|names|values)$",
        description="What a planning model may see of the data: none, names of columns, or values too.",
    )
    planner_calls: int = Field(default=12, ge=0, le=1000, description="Most calls of the model to plan one request.")
    planner_tokens: int = Field(default=60_000, ge=0, description="Most tokens of the model to plan one request.")
    planner_seconds: float = Field(
        default=120.0,
        ge=0,
        description="Longest wait for the model while one request is planned; then the rules go on alone.",
    )
    resources: dict[str, str] = Field(default_factory=dict, description="Named resources: name to path or URL.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then variables, then the TOML file."""
        default = Path(platformdirs.user_config_dir(APP, appauthor=False)) / "config.toml"
        toml = Path(os.environ.get("DATAFLOW_CONFIG", default))
        variables = _KeyOfItsAddress(settings_cls, env_settings)
        return init_settings, variables, _KeyOfItsAddress(settings_cls, TomlConfigSettingsSource(settings_cls, toml))


class _KeyOfItsAddress(PydanticBaseSettingsSource):
    """A source whose keys go to the addresses that stand beside them, and to no other address that wins over those."""

    def __init__(self, settings_cls: type[BaseSettings], source: PydanticBaseSettingsSource) -> None:
        super().__init__(settings_cls)
        self._source = source

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """As the source says."""
        return self._source.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        """What the source says, less the keys of addresses that another source has changed."""
        said = dict(self._source())
        for address, key in (("llm_base_url", "llm_api_key"), ("embed_base_url", "embed_api_key")):
            winning = self.current_state.get(address)
            if said.get(address) is not None and winning is not None and winning != said[address]:
                said.pop(key, None)
        return said


def make_private_folder(path: Path) -> Path:
    """Make a folder that only its owner may read, with its parents; an existing one stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
