"""Predicts with a model file in LightGBM's text format, without LightGBM: most models need numpy alone.

https://lightgbm.readthedocs.io describes the trees. What is not evaluated here (categorical splits, linear leaves,
several classes) is left to LightGBM itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from endings import CONFIGURATION, Failure, importing

if TYPE_CHECKING:
    import numpy

# The bits of `decision_type`.
IS_CATEGORICAL = 1
DEFAULT_LEFT = 2
MISSING_SHIFT = 2
MISSING_IS_ZERO, MISSING_IS_NAN = 1, 2
ZERO = 1e-35


class Model(Protocol):
    """`features` are the columns of `predict`'s matrix, in order."""

    features: Sequence[str]

    def predict(self, matrix: numpy.ndarray) -> numpy.ndarray: ...


@dataclass(frozen=True)
class Tree:
    """Its nodes by number. A child below 0 is a leaf: -1 the first."""

    feature: numpy.ndarray
    threshold: numpy.ndarray
    decision: numpy.ndarray
    left: numpy.ndarray
    right: numpy.ndarray
    leaf: numpy.ndarray

    def predict(self, matrix: numpy.ndarray) -> numpy.ndarray:
        import numpy

        node = numpy.full(len(matrix), 0 if len(self.feature) else -1)
        while (inner := numpy.flatnonzero(node >= 0)).size:
            at = node[inner]
            node[inner] = numpy.where(self.goes_left(matrix[inner, self.feature[at]], at), self.left[at], self.right[at])
        return self.leaf[-node - 1]

    def goes_left(self, value: numpy.ndarray, node: numpy.ndarray) -> numpy.ndarray:
        import numpy

        decision = self.decision[node]
        missing = decision >> MISSING_SHIFT & 3
        is_nan = numpy.isnan(value)
        # Where the training data had none missing, one counts as 0.
        value = numpy.where(is_nan & (missing != MISSING_IS_NAN), 0.0, value)
        is_missing = numpy.where(missing == MISSING_IS_NAN, is_nan, (missing == MISSING_IS_ZERO) & (abs(value) <= ZERO))
        return numpy.where(is_missing, (decision & DEFAULT_LEFT) > 0, value <= self.threshold[node])


@dataclass(frozen=True)
class Trees:
    features: Sequence[str]
    trees: Sequence[Tree]

    def predict(self, matrix: numpy.ndarray) -> numpy.ndarray:
        return sum(tree.predict(matrix) for tree in self.trees)


class Booster:
    """LightGBM's own."""

    def __init__(self, text: str) -> None:
        with importing("lightgbm"):
            import lightgbm
        self._booster = lightgbm.Booster(model_str=text)
        self.features = self._booster.feature_name()

    def predict(self, matrix: numpy.ndarray) -> numpy.ndarray:
        return self._booster.predict(matrix)


def read_model(file: Path) -> Model:
    """The model of a file. It is read at once: the training job may put a new file in its place at any time."""
    text = file.read_text(encoding="utf-8")
    try:
        head, *trees = [fields(block) for block in text.partition("\nend of trees")[0].split("\nTree=")]
        if not trees or "end of trees" not in text:
            raise ValueError("it has no trees, or is not whole")
        names = head["feature_names"].split()
        if head["num_tree_per_iteration"] != "1" or "average_output" in head or any(map(is_special, trees)):
            return Booster(text)
        return Trees(names, [tree_of(tree) for tree in trees])
    except (KeyError, ValueError) as error:
        raise Failure(CONFIGURATION, f"{file} is no model in LightGBM's text format: {error}. Run train.py.") from error


def fields(block: str) -> Mapping[str, str]:
    return {name: value for name, _, value in (line.partition("=") for line in block.splitlines())}


def is_special(tree: Mapping[str, str]) -> bool:
    return tree.get("num_cat", "0") != "0" or tree.get("is_linear", "0") != "0"


def tree_of(tree: Mapping[str, str]) -> Tree:
    with importing("numpy"):
        import numpy

    def numbers(name: str, kind: type) -> numpy.ndarray:
        return numpy.array([kind(number) for number in tree.get(name, "").split()], dtype=kind)

    built = Tree(
        feature=numbers("split_feature", int),
        threshold=numbers("threshold", float),
        decision=numbers("decision_type", int),
        left=numbers("left_child", int),
        right=numbers("right_child", int),
        leaf=numbers("leaf_value", float),
    )
    splits = {len(part) for part in (built.feature, built.threshold, built.decision, built.left, built.right)}
    if splits != {int(tree["num_leaves"]) - 1} or len(built.leaf) != int(tree["num_leaves"]):
        raise ValueError("a tree is not whole")
    return built
