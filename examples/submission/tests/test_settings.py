"""What the environment says, and which model file is taken."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import settings  # noqa: E402
from endings import CONFIGURATION, Failure  # noqa: E402

KEYS = {"NUMERAI_PUBLIC_ID": "public", "NUMERAI_SECRET_KEY": "very-secret"}


class Environment(unittest.TestCase):
    def test_what_the_webhook_app_sets_is_enough(self):
        read = settings.read_settings(
            {**KEYS, "NUMERAI_MODELS": '{"a": "id-1", "b": "id-2"}', "MODEL_ID": "id-1", "TRIGGER_ID": "t-1",
             "NUMERAI_ROUND": "1234", "NUMERAI_TOURNAMENT": "8", "NUMERAI_IS_TEST": "false"},
        )
        self.assertEqual(read.models, {"a": "id-1", "b": "id-2"})
        self.assertEqual((read.trigger_id, read.round_number, read.is_test), ("t-1", 1234, False))

    def test_a_test_is_asked_for_by_the_app_or_by_the_command_line(self):
        env = {**KEYS, "MODEL_ID": "id-1"}
        self.assertTrue(settings.read_settings({**env, "NUMERAI_IS_TEST": "true"}).is_test)
        self.assertTrue(settings.read_settings(env, test=True).is_test)

    def test_every_fault_is_named_at_once_and_no_secret_is_shown(self):
        with self.assertRaises(Failure) as caught:
            settings.read_settings(
                {"NUMERAI_SECRET_KEY": "very-secret", "NUMERAI_ROUND": "soon", "NUMERAI_TOURNAMENT": "11"}
            )
        self.assertEqual(caught.exception.exit_code, CONFIGURATION)
        message = str(caught.exception)
        for name in ("NUMERAI_PUBLIC_ID", "NUMERAI_ROUND", "NUMERAI_TOURNAMENT", "MODEL_ID"):
            self.assertIn(name, message)
        self.assertNotIn("very-secret", message)

    def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(self):
        for key in ("very-secret\n", "'very secret'", "very\u2013secret"):
            with self.subTest(key=key), self.assertRaises(Failure) as caught:
                settings.read_settings({**KEYS, "MODEL_ID": "a", "NUMERAI_SECRET_KEY": key})
            self.assertEqual(caught.exception.exit_code, CONFIGURATION)
            self.assertIn("NUMERAI_SECRET_KEY has a blank, a line end", str(caught.exception))
            self.assertNotIn("very", str(caught.exception))

    def test_models_that_are_no_names_and_ids_are_refused(self):
        for given in ("my_model", "[]", "{}", '{"a": 1}', '{"a": ""}', "null"):
            with self.subTest(given=given), self.assertRaises(ValueError):
                settings.read_models(given, "id-1")


class ModelFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.image = Path(folder.name) / "image"
        self.mounted = Path(folder.name) / "mounted"
        self.image.mkdir()
        self.mounted.mkdir()
        (self.image / "model.txt").touch()

    def files(self):
        return settings.model_files({"MODEL_FOLDER": str(self.mounted)}, self.image)

    def test_the_mounted_folder_counts_where_it_has_a_model(self):
        self.assertEqual(self.files(), {"model": self.image / "model.txt"})
        (self.mounted / "model.txt.part").touch()
        self.assertEqual(self.files(), {"model": self.image / "model.txt"})
        (self.mounted / "mine.txt").touch()
        self.assertEqual(self.files(), {"mine": self.mounted / "mine.txt"})

    def test_without_a_mounted_folder_the_image_counts(self):
        self.mounted.rmdir()
        self.assertEqual(self.files(), {"model": self.image / "model.txt"})

    def test_a_model_has_its_own_file_by_either_name_or_the_one_for_all(self):
        files = {name: Path(f"{name}.txt") for name in ("model", "mine")}
        self.assertEqual(settings.file_for(("mine",), files), Path("mine.txt"))
        self.assertEqual(settings.file_for(("id-1", "mine"), files), Path("mine.txt"))
        self.assertEqual(settings.file_for(("other",), files), Path("model.txt"))
        with self.assertRaises(Failure) as caught:
            settings.file_for(("other",), {})
        self.assertEqual(caught.exception.exit_code, CONFIGURATION)


if __name__ == "__main__":
    unittest.main()
