"""Downloads Numerai's live data once, predicts for each model that is still to be submitted for, and submits.

Run by the container. What it is told by environment variables, and what its exit code means, is in README.md.
Everything above `predict` uses the standard library alone, so it can be tested anywhere; other packages are imported
where they are used, and only what the model file needs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from endings import CONFIGURATION, UNAVAILABLE, Failure, exit_code_of, failure_of, importing, log, run
from numerai_calls import account_models, connect, current_round, download, identify, upload
from settings import file_for, model_files, read_settings
from text_model import read_model
from vault import with_secrets


def environment() -> Mapping[str, str]:
    """The variables; numerapi reads the key from the process's own."""
    os.environ.update(with_secrets(os.environ))
    return os.environ


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Predicts with the live data and submits to Numerai.")
    parser.add_argument("--test", action="store_true", help="do everything but upload")
    return parser.parse_args(arguments)


def for_each(models: Mapping[str, str], submit_one: Callable[[str, str], str]) -> None:
    """Submits for one model after the other, and goes on where one fails. The log has a line for each.

    Fails at the end if one did, with its exit code and a line that says which ones and why.
    """
    failures: dict[str, Failure] = {}
    met_by_all: Failure | None = None
    for name, model_id in models.items():
        if met_by_all is not None:
            failures[name] = met_by_all
            log.error("%s: not tried: %s", name, met_by_all)
            continue
        try:
            log.info("%s: %s", name, submit_one(name, model_id))
        except Exception as error:
            failure = failure_of(error)
            failures[name] = failure
            log.error("%s: not submitted: %s", name, failure)
            met_by_all = failure if failure.for_all else None
    if failures:
        raise Failure(exit_code_of(list(failures.values())), summary(len(models), failures))


def summary(count: int, failures: Mapping[str, Failure]) -> str:
    """The last line of the log: the webhook app quotes it."""
    names_by_reason: dict[str, list[str]] = {}
    for name, failure in failures.items():
        names_by_reason.setdefault(str(failure), []).append(name)
    reasons = "; ".join(f"{', '.join(names)}: {reason}" for reason, names in names_by_reason.items())
    return f"{count - len(failures)} of {count} models submitted. Failed: {reasons}"


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


def write_predictions(path: Path, ids: Sequence[str], predictions: Sequence[float]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("id,prediction\n")
        for row_id, prediction in zip(ids, predictions, strict=True):
            file.write(f"{row_id},{prediction:.8f}\n")


# ---------------------------------------------------------------------------------------------------
# From here on: numerapi, pyarrow, numpy; LightGBM for a model that needs it.
# ---------------------------------------------------------------------------------------------------


def predict(live_data: Path, model_file: Path, batch_rows: int) -> tuple[list[str], list[float]]:
    """Ids and predictions. Memory holds one batch of rows and the columns that the model knows."""
    with importing("numpy"):
        import numpy
    with importing("pyarrow"):
        import pyarrow.parquet

    model = read_model(model_file)
    ids: list[str] = []
    predictions: list[float] = []
    try:
        parquet = pyarrow.parquet.ParquetFile(live_data)
    except ValueError as error:
        raise Failure(UNAVAILABLE, f"{live_data.name} is not complete: {error}", for_all=True) from error
    with parquet as file:
        unknown = sorted(set(model.features) - set(file.schema_arrow.names))
        if unknown:
            more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
            raise Failure(
                CONFIGURATION,
                f"{model_file.name} was trained on {', '.join(unknown[:3])}{more}, which the live data does not have."
                " Set DATA_VERSION to the version that it was trained on.",
            )
        for batch in file.iter_batches(batch_size=batch_rows, columns=["id", *model.features]):
            columns = [batch.column(name).to_numpy(zero_copy_only=False).astype(float) for name in model.features]
            ids.extend(batch.column("id").to_pylist())
            predictions.extend(model.predict(numpy.column_stack(columns)).tolist())
    if not ids:
        raise Failure(UNAVAILABLE, f"{live_data.name} has no rows: the data is not ready yet.", for_all=True)
    return ids, ranked(predictions)


def submit(env: Mapping[str, str], test: bool = False) -> None:
    settings = read_settings(env, test)
    files = model_files(env)
    napi = connect(env)
    ids_by_name = account_models(napi)
    current = None if settings.is_test else current_round(napi, settings.round_number)
    if current is not None:
        log.info("round %d is open until %s", current.number, current.closes.isoformat())
    log.info("trigger id: %s", settings.trigger_id or "none")

    with tempfile.TemporaryDirectory() as folder:
        live_data = Path(folder) / "live.parquet"
        download(napi, f"{settings.data_version}/live.parquet", live_data)
        log.info("downloaded %s/live.parquet: %d bytes", settings.data_version, live_data.stat().st_size)

        @cache
        def predict_with(model_file: Path) -> tuple[list[str], list[float]]:
            return predict(live_data, model_file, settings.batch_rows)

        def submit_one(given: str, given_id: str) -> str:
            name, model_id = identify(given, given_id, ids_by_name)
            model_file = file_for((given, name), files)
            ids, predictions = predict_with(model_file)
            csv = Path(folder) / f"predictions-{model_id}.csv"
            write_predictions(csv, ids, predictions)
            predicted = f"{len(ids)} rows predicted with {model_file}"
            if current is None:
                return f"a test, not uploaded; {predicted}"
            return f"submitted as {upload(napi, csv, model_id, current)}; {predicted}"

        for_each(settings.models, submit_one)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    return run(lambda: submit(environment(), options.test))


if __name__ == "__main__":
    sys.exit(main())
