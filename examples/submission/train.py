"""Trains the example model and writes it where predict.py finds it.

A job in models.json runs it on a schedule, in the image of the submission; or run it on your own machine. It
downloads some gigabytes and needs about 8 GB of memory. `python train.py --quick` takes a tenth of the data,
to see that everything works.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from endings import CONFIGURATION, Failure, importing, log, run
from numerai_calls import connect, download
from settings import COMMON_MODEL, DEFAULT_DATA_VERSION, IMAGE_FOLDER, mounted_folder

# Eras overlap by their targets' twenty days: every fourth one keeps most of the information.
EVERY_ERA = 4
PARAMETERS = {
    "objective": "regression",
    "learning_rate": 0.01,
    "max_depth": 5,
    "num_leaves": 31,
    "feature_fraction": 0.1,
    "verbosity": -1,
}


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Trains the example model.")
    parser.add_argument("--name", default=COMMON_MODEL, help="the model at Numerai that it is for (default: all)")
    parser.add_argument("--feature-set", default="small", help="small, medium or all")
    parser.add_argument("--trees", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data and of the trees")
    return parser.parse_args(arguments)


def target_folder(env: Mapping[str, str], image_folder: Path = IMAGE_FOLDER) -> Path:
    """Where the model is to be written. Checked before hours of training, not after."""
    given = env.get("MODEL_FOLDER")
    folder = mounted_folder(env)
    if not given and not folder.is_dir():
        folder = image_folder
    if not folder.is_dir():
        raise Failure(CONFIGURATION, f"{folder} is not there. Mount a share there (volumes in models.json).")
    probe = folder / "writable.part"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        advice = "Mount the share with readOnly: false, and run as root."
        raise Failure(CONFIGURATION, f"{folder} cannot be written: {error.strerror}. {advice}") from error
    return folder


def replace_whole(path: Path, text: str) -> None:
    """Puts a file in the place of another so that a reader finds the old one or the new one, never half of it."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def features_of(metadata: dict, feature_set: str) -> list[str]:
    """The names of the features of a set, from Numerai's features.json."""
    sets = metadata["feature_sets"]
    if feature_set not in sets:
        known = ", ".join(sorted(sets))
        raise Failure(CONFIGURATION, f"features.json has no set {feature_set!r}; it has {known}.")
    return list(sets[feature_set])


def every_nth(eras: list[str], step: int) -> list[str]:
    """Every nth era, in order."""
    return sorted(set(eras))[::step]


def train(env: Mapping[str, str], options: argparse.Namespace) -> None:
    path = target_folder(env) / f"{options.name}.txt"

    with importing("lightgbm"):
        import lightgbm
    with importing("pandas"):
        import pandas

    # Kept beside the program: on your own machine the second training need not download anew.
    folder = Path("data")
    version = env.get("DATA_VERSION") or DEFAULT_DATA_VERSION
    napi = connect(env)
    for name in ("features.json", "train.parquet"):
        download(napi, f"{version}/{name}", folder / version / name)

    features = features_of(json.loads((folder / version / "features.json").read_text()), options.feature_set)
    parquet = folder / version / "train.parquet"
    eras = pandas.read_parquet(parquet, columns=["era"])["era"]
    kept = every_nth(list(eras), EVERY_ERA * (10 if options.quick else 1))
    columns = ["era", "target", *features]
    data = pandas.read_parquet(parquet, columns=columns, filters=[("era", "in", kept)])
    log.info("%d rows of %d eras, %d features", len(data), len(kept), len(features))

    trees = options.trees // 10 if options.quick else options.trees
    dataset = lightgbm.Dataset(data[features], data["target"])
    booster = lightgbm.train(PARAMETERS, dataset, num_boost_round=trees)
    replace_whole(path, booster.model_to_string())
    log.info("wrote %s", path)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_arguments(sys.argv[1:] if arguments is None else arguments)
    return run(lambda: train(os.environ, options))


if __name__ == "__main__":
    sys.exit(main())
