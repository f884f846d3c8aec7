"""Trains the example model and writes it to models/example.txt.

Run it on your own machine, not in the container: it downloads some gigabytes and wants about 8 GB of
memory. `python train.py --quick` takes a tenth of the data, to see that everything works.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

from predict import DEFAULT_DATA_VERSION

log = logging.getLogger("training")

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


def features_of(metadata: dict, feature_set: str) -> list[str]:
    """The names of the features of a set, from Numerai's features.json."""
    sets = metadata["feature_sets"]
    if feature_set not in sets:
        raise SystemExit(f"features.json has no set {feature_set!r}; it has {', '.join(sorted(sets))}.")
    return list(sets[feature_set])


def every_nth(eras: list[str], step: int) -> list[str]:
    """Every nth era, in order."""
    return sorted(set(eras))[::step]


def main() -> None:
    import lightgbm
    import pandas
    from numerapi import NumerAPI

    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    parser = argparse.ArgumentParser(description="Trains the example model.")
    parser.add_argument("--data-version", default=DEFAULT_DATA_VERSION)
    parser.add_argument("--feature-set", default="small", help="small, medium or all")
    parser.add_argument("--trees", type=int, default=2000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the data and of the trees")
    options = parser.parse_args()

    folder = Path("data")
    folder.mkdir(exist_ok=True)
    napi = NumerAPI()
    for name in ("features.json", "train.parquet"):
        napi.download_dataset(f"{options.data_version}/{name}", str(folder / name))

    features = features_of(json.loads((folder / "features.json").read_text()), options.feature_set)
    eras = pandas.read_parquet(folder / "train.parquet", columns=["era"])["era"]
    kept = every_nth(list(eras), EVERY_ERA * (10 if options.quick else 1))
    data = pandas.read_parquet(
        folder / "train.parquet", columns=["era", "target", *features], filters=[("era", "in", kept)]
    )
    log.info("%d rows of %d eras, %d features", len(data), len(kept), len(features))

    trees = options.trees // 10 if options.quick else options.trees
    booster = lightgbm.train(
        PARAMETERS, lightgbm.Dataset(data[features], data["target"]), num_boost_round=trees
    )
    path = Path("models") / "example.txt"
    path.parent.mkdir(exist_ok=True)
    booster.save_model(str(path))
    log.info("wrote %s", path)


if __name__ == "__main__":
    main()
