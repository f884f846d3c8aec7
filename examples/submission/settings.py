"""What predict.py learns from its environment variables, and where model files are. The standard library alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from endings import CONFIGURATION, Failure

CLASSIC = 8
DEFAULT_DATA_VERSION = "v5.3"
DEFAULT_BATCH_ROWS = 1000
# Where models.json mounts a share, and what is in the image.
DEFAULT_MODEL_FOLDER = "/models"
IMAGE_FOLDER = Path(__file__).resolve().parent / "models"
# The model of everything that has no file of its own.
COMMON_MODEL = "model"


@dataclass(frozen=True)
class Settings:
    """`models` has what is to be submitted for: name → id at Numerai (or the name again, where there is no id)."""

    models: Mapping[str, str]
    trigger_id: str | None
    round_number: int | None
    data_version: str
    batch_rows: int
    is_test: bool


def read_settings(env: Mapping[str, str], test: bool = False) -> Settings:
    """Reads the environment. Names everything that is wrong at once, and no value of a secret."""
    faults: list[str] = []

    def optional(name: str) -> str | None:
        return env.get(name) or None

    def whole_number(name: str, default: int | None) -> int | None:
        text = optional(name)
        if text is None:
            return default
        if not text.isdecimal() or int(text) == 0:
            faults.append(f"{name} is {text!r}; it must be a whole number above 0.")
            return default
        return int(text)

    for name in ("NUMERAI_PUBLIC_ID", "NUMERAI_SECRET_KEY"):
        key = optional(name)
        if key is None:
            faults.append(f"{name} is missing: make an API key in Numerai's account settings.")
        elif not re.fullmatch(r"[\x21-\x7e]+", key):
            # It could not be sent, and numerapi would show it in the log.
            faults.append(f"{name} has a blank, a line end or another character that no key has: store it anew.")
    if (optional("NUMERAI_TOURNAMENT") or "classic") not in ("classic", str(CLASSIC)):
        faults.append(f"NUMERAI_TOURNAMENT: this example submits to classic ({CLASSIC}) only.")
    models: Mapping[str, str] = {}
    try:
        models = read_models(optional("NUMERAI_MODELS"), optional("MODEL_ID"))
    except ValueError as error:
        faults.append(str(error))
    round_number = whole_number("NUMERAI_ROUND", None)
    batch_rows = whole_number("BATCH_ROWS", DEFAULT_BATCH_ROWS)
    if faults:
        raise Failure(CONFIGURATION, " ".join(faults))
    return Settings(
        models=models,
        trigger_id=optional("TRIGGER_ID"),
        round_number=round_number,
        data_version=optional("DATA_VERSION") or DEFAULT_DATA_VERSION,
        batch_rows=batch_rows or DEFAULT_BATCH_ROWS,
        is_test=test or (optional("NUMERAI_IS_TEST") or "").lower() == "true",
    )


def read_models(given: str | None, model_id: str | None) -> Mapping[str, str]:
    """NUMERAI_MODELS, a JSON object name → id, has those still to be submitted. MODEL_ID is enough for one."""
    if given is None:
        if model_id is None:
            raise ValueError("NUMERAI_MODELS and MODEL_ID are missing: which models is it to submit for?")
        return {model_id: model_id}
    try:
        models = json.loads(given)
    except ValueError:
        models = None
    is_object = isinstance(models, dict) and len(models) > 0
    if not is_object or not all(isinstance(value, str) and value for value in models.values()):
        raise ValueError('NUMERAI_MODELS must be a JSON object of names and ids, such as {"my_model": "0f3c…"}.')
    return models


def mounted_folder(env: Mapping[str, str]) -> Path:
    """Where the share with model files is. A container without a root of its own has it below CONTAINER_ROOT."""
    folder = env.get("MODEL_FOLDER") or DEFAULT_MODEL_FOLDER
    root = env.get("CONTAINER_ROOT")
    return Path(f"{root}/{folder}") if root else Path(folder)


def model_files(env: Mapping[str, str], image_folder: Path = IMAGE_FOLDER) -> Mapping[str, Path]:
    """Model files by name: those of the mounted folder where it has any, else those of the image."""
    for folder in (mounted_folder(env), image_folder):
        files = {file.stem: file for file in sorted(folder.glob("*.txt"))}
        if files:
            return files
    return {}


def file_for(names: tuple[str, ...], files: Mapping[str, Path]) -> Path:
    """The model file of one of these names, else the one for all models."""
    for name in (*names, COMMON_MODEL):
        if name in files:
            return files[name]
    found = ", ".join(file.name for file in files.values()) or "none"
    raise Failure(
        CONFIGURATION,
        f"there is no model file of its name, and no {COMMON_MODEL}.txt. Found: {found}. Run train.py first.",
    )
