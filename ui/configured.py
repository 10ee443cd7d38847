"""Reads the settings, and says in a sentence what is wrong with one."""

import tomllib

from pydantic import ValidationError

from ..operators.core import Fault, InvalidInput
from ..operators.core.settings import Settings, make_private_folder


def settings(*, home: bool = True) -> Settings:
    """The settings of this machine.

    Args:
        home: make the home folder when it is not there.

    Raises:
        InvalidInput: a variable or the TOML file holds what cannot be used; the value itself is not shown.
    """
    found = _read()
    if home:
        try:
            make_private_folder(found.home.expanduser().absolute())
        except OSError as error:
            message = f"the home folder {found.home} cannot be used ({error.strerror}); name another in DATAFLOW_HOME"
            raise InvalidInput.of("folder_unusable", message, got=str(found.home)) from error
    return found


def _read() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidInput(_fault(_named(problem["loc"]), problem["msg"]) for problem in problems) from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput.of("invalid_setting", f"the settings file is not valid TOML: {error}") from None


def _fault(name: str, why: str) -> Fault:
    return Fault(code="invalid_setting", message=f"the setting {name} cannot be used: {why}")


def _named(place: tuple[int | str, ...]) -> str:
    return f"DATAFLOW_{'.'.join(map(str, place)).upper()}"
