"""Where a trained model goes, and that a reader never finds half of it."""

import sys
import tempfile
import unittest
from pathlib import Path
from types import ModuleType
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import settings  # noqa: E402
import train  # noqa: E402
from endings import CONFIGURATION, UNAVAILABLE, Failure  # noqa: E402
from settings import model_files  # noqa: E402


class Target(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def refusal(self, env):
        with self.assertRaises(Failure) as caught:
            train.target_folder(env, self.folder)
        self.assertEqual(caught.exception.exit_code, CONFIGURATION)
        return str(caught.exception)

    def test_the_mounted_folder_or_that_of_the_image(self):
        self.assertEqual(train.target_folder({"MODEL_FOLDER": str(self.folder)}), self.folder)
        with mock.patch.object(settings, "DEFAULT_MODEL_FOLDER", str(self.folder / "none")):
            self.assertEqual(train.target_folder({}, self.folder), self.folder)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_a_share_below_the_root_of_a_container_that_is_a_process(self):
        (self.folder / "models").mkdir()
        env = {"CONTAINER_ROOT": str(self.folder), "MODEL_FOLDER": "/models"}
        self.assertEqual(train.target_folder(env), self.folder / "models")
        self.assertEqual(train.target_folder({"CONTAINER_ROOT": str(self.folder)}), self.folder / "models")

    def test_a_share_that_is_not_mounted_is_told_before_the_training(self):
        self.assertIn("Mount a share there", self.refusal({"MODEL_FOLDER": str(self.folder / "none")}))

    def test_a_share_that_is_read_only_is_told_before_the_training(self):
        with mock.patch.object(Path, "touch", side_effect=OSError(30, "Read-only file system")):
            message = self.refusal({"MODEL_FOLDER": str(self.folder)})
        self.assertIn("cannot be written: Read-only file system. Mount the share with readOnly: false", message)

    def test_data_that_is_not_there_is_waited_for(self):
        class NumerAPI:
            def __init__(self, **_):
                pass

            def download_dataset(self, name, _path):
                raise ValueError(f"{name} is not there")

        packages = {name: ModuleType(name) for name in ("lightgbm", "pandas", "numerapi")}
        packages["numerapi"].NumerAPI = NumerAPI
        with mock.patch.dict(sys.modules, packages), mock.patch.dict(
            "os.environ", {"MODEL_FOLDER": str(self.folder)}
        ), self.assertLogs("submission"):
            self.assertEqual(train.main([]), UNAVAILABLE)
        self.assertEqual(list(self.folder.iterdir()), [])


class Replacing(unittest.TestCase):
    def test_a_reader_finds_the_old_file_or_the_new_one(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = folder / "model.txt"
            path.write_text("old")

            def look_while_writing(_descriptor):
                self.assertEqual(path.read_text(), "old")
                self.assertEqual(model_files({"MODEL_FOLDER": name}), {"model": path})

            with mock.patch.object(train.os, "fsync", side_effect=look_while_writing) as fsync:
                train.replace_whole(path, "new")
            fsync.assert_called_once()
            self.assertEqual(path.read_text(), "new")
            self.assertEqual(list(folder.iterdir()), [path])

    def test_where_writing_fails_the_old_one_stays_and_nothing_is_left(self):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "model.txt"
            path.write_text("old")
            full = OSError(28, "No space left on device")
            with mock.patch.object(train.os, "fsync", side_effect=full), self.assertRaises(OSError):
                train.replace_whole(path, "new")
            self.assertEqual((path.read_text(), list(Path(name).iterdir())), ("old", [path]))


class Data(unittest.TestCase):
    def test_the_features_of_a_set(self):
        metadata = {"feature_sets": {"small": ["f1", "f2"]}}
        self.assertEqual(train.features_of(metadata, "small"), ["f1", "f2"])
        with self.assertRaises(Failure) as caught:
            train.features_of(metadata, "huge")
        self.assertEqual(caught.exception.exit_code, CONFIGURATION)

    def test_every_nth_era(self):
        self.assertEqual(train.every_nth(["0003", "0001", "0002", "0001", "0004"], 2), ["0001", "0003"])


if __name__ == "__main__":
    unittest.main()
