"""Settings from `DATAFLOW_*` variables or a TOML file; read when asked for, passed in, never global."""

import os
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import Field, SecretStr
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
        description="Where the model is: behind an endpoint, a GGUF file served on this machine, or vLLM in the process.",
    )
    llm_timeout_s: float = Field(default=120.0, gt=0, description="Seconds after which a request is given up.")
    llm_retries: int = Field(default=5, ge=0, le=20, description="Most times a request is repeated.")
    llm_price_in: float | None = Field(default=None, ge=0, description="Price of a million prompt tokens.")
    llm_price_out: float | None = Field(default=None, ge=0, description="Price of a million completion tokens.")
    share_samples: str = Field(
        default="names",
        pattern="^(none|names|values)$",
        description="What a planning model may see of the data: none, names of columns, or values too.",
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
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=toml)


def make_private_folder(path: Path) -> Path:
    """Make a folder that only its owner may read, with its parents; an existing one stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
