"""The example's own evaluation of a model file gives what LightGBM gives. Run by example.test.ts."""

from pathlib import Path

import lightgbm
import numpy
import pytest
import text_model
from endings import CONFIGURATION, Failure

RANDOM = numpy.random.default_rng(7)
DATA = RANDOM.normal(size=(3000, 6))
DATA[::7, 2] = numpy.nan
DATA[::5, 1] = 0
TARGET = numpy.nan_to_num(DATA[:, 2]) + DATA[:, 0] * 2 + DATA[:, 1] + (DATA[:, 1] == 0) * 3
WHOLE = RANDOM.integers(0, 5, (3000, 6)).astype(float)


def train(parameters, data=DATA, **more):
    booster = lightgbm.train(
        {"objective": "regression", "verbosity": -1, **parameters}, lightgbm.Dataset(data, TARGET, **more), 20
    )
    booster.save_model("model.txt")
    return booster, text_model.read_model(Path("model.txt"))


@pytest.mark.parametrize("data", [DATA, WHOLE])
@pytest.mark.parametrize(
    "parameters",
    [{}, {"zero_as_missing": True}, {"use_missing": False}, {"num_leaves": 2}, {"min_data_in_leaf": 3000}],
)
def test_trees_are_evaluated_without_lightgbm(parameters, data):
    booster, model = train(parameters, data)
    assert isinstance(model, text_model.Trees)
    assert list(model.features) == booster.feature_name()
    for matrix in (data, numpy.nan_to_num(DATA), numpy.full((3, 6), numpy.nan)):
        assert numpy.allclose(model.predict(matrix), booster.predict(matrix), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("parameters", "more"),
    [
        ({"linear_tree": True}, {}),
        ({}, {"categorical_feature": [0]}),
        ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, {}),
    ],
)
def test_what_it_does_not_know_is_left_to_lightgbm(parameters, more):
    data = WHOLE if more else DATA
    booster, model = train(parameters, data, **more)
    assert isinstance(model, text_model.Booster)
    assert numpy.allclose(model.predict(data), booster.predict(data))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "tree\n",
        lambda text: "",
        lambda text: text.replace("leaf_value=", "leaf_value=1 "),
    ],
)
def test_a_file_that_is_no_model_is_named(spoil):
    train({})
    Path("model.txt").write_text(spoil(Path("model.txt").read_text()))
    with pytest.raises(Failure, match="model.txt is no model in LightGBM's text format") as caught:
        text_model.read_model(Path("model.txt"))
    assert caught.value.exit_code == CONFIGURATION
