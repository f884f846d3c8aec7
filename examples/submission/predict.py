"""Downloads Numerai's live data, predicts with one or several models, and submits.

Run by the container. What it is told by environment variables, and what its exit code means, is in
README.md. The functions down to `main` use the standard library alone, so they can be tested anywhere;
numerapi, pyarrow and LightGBM are imported where they are used.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

log = logging.getLogger("submission")

# Exit codes; README.md says what the webhook app makes of them. 75 and 78 are those of sysexits.h, which no
# shell, interpreter or library ends with by accident.
DONE = 0
UNEXPECTED = 1
ROUND_NOT_OPEN = 3
UNAVAILABLE = 75
CONFIGURATION = 78

CLASSIC = 8
DEFAULT_DATA_VERSION = "v5.0"
DEFAULT_BATCH_ROWS = 1000
# An upload that begins later than this before the close may well arrive too late.
UPLOAD_RESERVE = timedelta(seconds=60)

ROUND_QUERY = """
query($tournament: Int!) {
  rounds(tournament: $tournament, number: 0) { number openTime closeStakingTime }
}
"""


class Failure(Exception):
    """An end that a person can do something about: one sentence, and the exit code for it."""

    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Settings:
    """What the program is told. `models` maps a model at Numerai (id or name) to a file."""

    models: Mapping[str, Path]
    trigger_id: str | None
    round_number: int | None
    data_version: str
    batch_rows: int
    is_test: bool


@dataclass(frozen=True)
class Round:
    number: int
    opens: datetime
    closes: datetime


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Predicts with the live data and submits to Numerai.")
    parser.add_argument("--test", action="store_true", help="do everything but upload")
    parser.add_argument("--models-dir", default="models", help="folder of the model files (default: models)")
    return parser.parse_args(arguments)


def read_settings(env: Mapping[str, str], model_files: Sequence[Path], test: bool = False) -> Settings:
    """Reads the environment. Names everything that is wrong at once, and no value of a secret."""
    faults: list[str] = []

    def optional(name: str) -> str | None:
        return env.get(name) or None

    def whole_number(name: str, default: int | None) -> int | None:
        text = optional(name)
        if text is None:
            return default
        if not text.isdecimal() or int(text) == 0:
            faults.append(f"{name} is {text!r}; it wants a whole number above 0.")
            return default
        return int(text)

    for name in ("NUMERAI_PUBLIC_ID", "NUMERAI_SECRET_KEY"):
        if optional(name) is None:
            faults.append(f"{name} is missing: make an API key in Numerai's account settings.")
    if (optional("NUMERAI_TOURNAMENT") or "classic") not in ("classic", str(CLASSIC)):
        faults.append("NUMERAI_TOURNAMENT: this example submits to classic only.")

    models: Mapping[str, Path] = {}
    try:
        models = choose_models(optional("MODELS"), optional("MODEL_ID"), model_files)
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


def choose_models(given: str | None, model_id: str | None, files: Sequence[Path]) -> Mapping[str, Path]:
    """Which model at Numerai is predicted with which file.

    `MODELS=my-model=lgbm.txt,other=other.txt` says it for several; without it, MODEL_ID (which the
    webhook app sets) goes with the only file that there is.
    """
    by_name = {file.name: file for file in files}
    if given is None:
        if model_id is None:
            raise ValueError("MODEL_ID is missing, and MODELS too: which model is to be submitted for?")
        if len(files) != 1:
            found = ", ".join(sorted(by_name)) or "none"
            raise ValueError(f"One model file is wanted, or MODELS that says which; there are: {found}.")
        return {model_id: files[0]}
    chosen: dict[str, Path] = {}
    for pair in given.split(","):
        model, separator, name = (part.strip() for part in pair.partition("="))
        if not separator or not model or not name:
            raise ValueError(f"MODELS has {pair.strip()!r}; it wants pairs such as my-model=lgbm.txt.")
        if model in chosen:
            raise ValueError(f"MODELS names {model} twice.")
        if name not in by_name:
            raise ValueError(f"MODELS names the file {name}, which is not there.")
        chosen[model] = by_name[name]
    return chosen


def parse_time(text: str) -> datetime:
    """An ISO 8601 time of Numerai's; without an offset it is UTC."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)


def open_round(answer: Mapping[str, object] | None, now: datetime, expected: int | None) -> Round:
    """The round that is open, from what Numerai says of the current one. Fails where it is not, or not yet."""
    if answer is None:
        raise Failure(ROUND_NOT_OPEN, "Numerai has no current round.")
    current = Round(
        number=int(str(answer["number"])),
        opens=parse_time(str(answer["openTime"])),
        closes=parse_time(str(answer["closeStakingTime"])),
    )
    if expected is not None and current.number != expected:
        is_to_come = current.number < expected
        raise Failure(
            UNAVAILABLE if is_to_come else ROUND_NOT_OPEN,
            f"Round {expected} was asked for, but the current one is {'still ' if is_to_come else ''}{current.number}.",
        )
    if now < current.opens:
        raise Failure(UNAVAILABLE, f"Round {current.number} opens only at {current.opens.isoformat()}.")
    check_deadline(current, now)
    return current


def check_deadline(current: Round, now: datetime) -> None:
    """Fails where a submission that is uploaded now would come too late."""
    if now >= current.closes - UPLOAD_RESERVE:
        raise Failure(
            ROUND_NOT_OPEN,
            f"Round {current.number} closes at {current.closes.isoformat()}: too late to submit.",
        )


def ranked(values: Sequence[float]) -> list[float]:
    """Values as ranks strictly between 0 and 1, which is what Numerai takes; equal values rank equally."""
    order = sorted(range(len(values)), key=lambda index: values[index])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for position in range(start, end + 1):
            ranks[order[position]] = ((start + end) / 2 + 0.5) / len(values)
        start = end + 1
    return ranks


def failure_of(error: Exception) -> Failure:
    """What an error of numerapi, or of the network under it, means for the exit code."""
    if isinstance(error, Failure):
        return error
    text = str(error)
    lower = text.lower()
    if "not open" in lower:
        return Failure(ROUND_NOT_OPEN, text)
    if any(word in lower for word in ("authenticat", "api key", "permission", "unauthorized", "not authorized")):
        return Failure(CONFIGURATION, f"Numerai refuses the API key: {text}")
    if isinstance(error, (ConnectionError, TimeoutError)) or type(error).__module__.startswith(
        ("requests", "urllib3")
    ):
        return Failure(UNAVAILABLE, f"Numerai could not be reached: {type(error).__name__}: {text}")
    if isinstance(error, ValueError) and text != "":
        return Failure(UNAVAILABLE, f"Numerai answered with an error: {text}")
    return Failure(UNEXPECTED, f"{type(error).__name__}: {text}")


# ---------------------------------------------------------------------------------------------------
# From here on: numerapi, pyarrow, LightGBM.
# ---------------------------------------------------------------------------------------------------


def ask(napi, query: str, variables: Mapping[str, object]) -> Mapping[str, object]:
    """A query whose answer has data; numerapi itself gives an empty one when Numerai does not answer."""
    answer = napi.raw_query(query, dict(variables))
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
        raise Failure(UNAVAILABLE, "Numerai did not answer.")
    return answer["data"]


def current_round(napi, expected: int | None) -> Round:
    rounds = ask(napi, ROUND_QUERY, {"tournament": CLASSIC})["rounds"]
    answer = rounds[0] if isinstance(rounds, list) and rounds else None
    return open_round(answer, datetime.now(timezone.utc), expected)


def model_ids(napi, models: Mapping[str, Path]) -> Mapping[str, Path]:
    """The same with ids for names. Also the proof that the API key works, before anything is downloaded."""
    try:
        ids_by_name = napi.get_models()
    except (TypeError, KeyError) as error:
        raise Failure(UNAVAILABLE, "Numerai did not answer.") from error
    known = set(ids_by_name.values())
    resolved: dict[str, Path] = {}
    for model, file in models.items():
        model_id = ids_by_name.get(model, model)
        if model_id not in known:
            raise Failure(CONFIGURATION, f"The account of this API key has no model {model}.")
        resolved[model_id] = file
    return resolved


def download(napi, name: str, path: Path) -> None:
    """A file of Numerai's data. Fails with 75 where it is not there yet: the round's data may come late."""
    try:
        napi.download_dataset(name, str(path))
    except (TypeError, KeyError) as error:
        raise Failure(UNAVAILABLE, f"Numerai did not say where {name} is.") from error


def predict(live_data: Path, model_file: Path, batch_rows: int) -> tuple[list[str], list[float]]:
    """Ids and predictions. Memory holds one batch of rows and the columns that the model knows."""
    import lightgbm
    import pyarrow.parquet

    booster = lightgbm.Booster(model_file=str(model_file))
    features = booster.feature_name()
    ids: list[str] = []
    predictions: list[float] = []
    with pyarrow.parquet.ParquetFile(live_data) as file:
        for batch in file.iter_batches(batch_size=batch_rows, columns=["id", *features]):
            frame = batch.to_pandas()
            # pandas may have made an index of the id column when the file was written.
            ids.extend(frame["id"] if "id" in frame.columns else frame.index)
            predictions.extend(float(value) for value in booster.predict(frame[features]))
    if not ids:
        raise Failure(UNAVAILABLE, f"{live_data.name} has no rows: the data is not ready yet.")
    return ids, ranked(predictions)


def write_predictions(path: Path, ids: Sequence[str], predictions: Sequence[float]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,prediction\n")
        for row_id, prediction in zip(ids, predictions, strict=True):
            file.write(f"{row_id},{prediction:.8f}\n")


def submit(settings: Settings) -> None:
    from numerapi import NumerAPI

    napi = NumerAPI(verbosity="WARNING", show_progress_bars=False)
    models = model_ids(napi, settings.models)
    current = None if settings.is_test else current_round(napi, settings.round_number)
    if current is not None:
        log.info("round %d is open until %s", current.number, current.closes.isoformat())
    log.info("trigger id: %s", settings.trigger_id or "none")

    with tempfile.TemporaryDirectory() as folder:
        live_data = Path(folder) / "live.parquet"
        download(napi, f"{settings.data_version}/live.parquet", live_data)
        log.info("downloaded %s/live.parquet: %d bytes", settings.data_version, live_data.stat().st_size)
        for model_id, model_file in models.items():
            ids, predictions = predict(live_data, model_file, settings.batch_rows)
            log.info("%s: %d rows predicted with %s", model_id, len(ids), model_file.name)
            csv = Path(folder) / f"predictions-{model_id}.csv"
            write_predictions(csv, ids, predictions)
            if current is None:
                log.info("%s: a test, not uploaded", model_id)
                continue
            check_deadline(current, datetime.now(timezone.utc))
            # numerapi sends TRIGGER_ID along: Numerai then shows the call as answered.
            submission = napi.upload_predictions(file_path=str(csv), model_id=model_id)
            log.info("%s: submitted as %s", model_id, submission)


def stop(_signal: int, _frame: object) -> None:
    # As process 1 of a container a program is not stopped by SIGTERM unless it says so.
    raise SystemExit(143)


def main(arguments: Sequence[str] | None = None) -> int:
    logging.basicConfig(
        level=os.environ.get("LOG_LEVEL", "INFO").upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stdout,
    )
    signal.signal(signal.SIGTERM, stop)
    try:
        options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
        files = sorted(Path(options.models_dir).glob("*.txt"))
        submit(read_settings(os.environ, files, options.test))
    except Exception as error:  # Whatever it is, the exit code and one line of the log tell.
        failure = failure_of(error)
        log.error("%s", failure)
        if failure.exit_code == UNEXPECTED:
            log.exception("where it happened")
        return failure.exit_code
    log.info("done")
    return DONE


if __name__ == "__main__":
    sys.exit(main())
