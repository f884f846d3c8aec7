"""What can be tested without numerapi, pyarrow and LightGBM: python3 -m unittest discover -s tests"""

import os
import sys
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path
from types import ModuleType
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import endings  # noqa: E402
import numerai_calls  # noqa: E402
import predict  # noqa: E402
from endings import CONFIGURATION, DONE, ROUND_NOT_OPEN, UNAVAILABLE, UNEXPECTED, Failure  # noqa: E402

KEYS = {"NUMERAI_PUBLIC_ID": "public", "NUMERAI_SECRET_KEY": "very-secret"}
THREE = {"NUMERAI_MODELS": '{"first": "id-1", "second": "id-2", "third": "id-3"}'}
ROUND = {"number": 1234, "openTime": "2026-04-14T12:00:00Z", "closeStakingTime": "2026-04-14T13:00:00Z"}


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 4, 14, hour, minute, tzinfo=timezone.utc)


class Ranks(unittest.TestCase):
    def test_ranks_lie_between_0_and_1_in_the_order_of_the_values(self):
        self.assertEqual(predict.ranked([0.3, -1.0, 7.5, 0.5]), [0.375, 0.125, 0.875, 0.625])

    def test_equal_values_rank_equally(self):
        self.assertEqual(predict.ranked([2, 1, 2]), [2 / 3, 0.5 / 3, 2 / 3])
        self.assertEqual(predict.ranked([5, 5, 5, 5]), [0.5] * 4)
        self.assertEqual(predict.ranked([]), [])


class ExitCodes(unittest.TestCase):
    def test_what_another_attempt_can_help_decides(self):
        for codes, code in (
            ([], DONE),
            ([CONFIGURATION], CONFIGURATION),
            ([CONFIGURATION, UNAVAILABLE, UNEXPECTED], UNAVAILABLE),
            ([CONFIGURATION, UNEXPECTED], UNEXPECTED),
            ([ROUND_NOT_OPEN, CONFIGURATION], ROUND_NOT_OPEN),
        ):
            with self.subTest(codes=codes):
                self.assertEqual(endings.exit_code_of([Failure(each, "") for each in codes]), code)


class WholeRun(unittest.TestCase):
    """The program from end to end, with a numerapi of a few lines and without LightGBM."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.models = Path(folder.name)
        (self.models / "model.txt").write_text("tree")
        self.uploads: list[tuple[str, str, str | None]] = []
        self.downloads: list[str] = []
        self.predicted: list[str] = []
        self.refuse: dict[str, Exception] = {}
        self.now = at(12, 30)

    def run_with(self, env, *arguments):
        """The exit code, and the lines of the log."""
        test = self

        def refusal(what):
            if what in test.refuse:
                raise test.refuse[what]

        class NumerAPI:
            def __init__(self, **_):
                pass

            def get_models(self):
                refusal("account")
                return {"first": "id-1", "second": "id-2", "third": "id-3"}

            def raw_query(self, _query, _variables):
                refusal("round")
                return {"data": {"rounds": [ROUND]}}

            def download_dataset(self, name, path):
                refusal("data")
                test.downloads.append(name)
                Path(path).write_bytes(b"live")

            def upload_predictions(self, file_path, model_id):
                refusal(model_id)
                test.uploads.append((model_id, Path(file_path).read_text(), os.environ.get("TRIGGER_ID")))
                return f"submission-of-{model_id}"

        class Clock(datetime):
            @classmethod
            def now(cls, _zone=None):
                return test.now

        def fake_predict(_live, file, _rows):
            refusal(file.name)
            test.predicted.append(file.name)
            return ["row"], [0.5]

        numerapi = ModuleType("numerapi")
        numerapi.NumerAPI = NumerAPI
        env = {**KEYS, "MODEL_FOLDER": str(self.models), "TRIGGER_ID": "trigger-7", **env}
        with mock.patch.dict(sys.modules, {"numerapi": numerapi}), mock.patch.object(
            predict, "predict", fake_predict
        ), mock.patch.object(numerai_calls, "datetime", Clock), mock.patch.dict(
            os.environ, env, clear=True
        ), self.assertLogs("submission") as logs:
            code = predict.main(list(arguments))
        return code, [line.split(":", 2)[2] for line in logs.output]

    def test_one_download_and_a_submission_for_each_model_with_the_trigger_id(self):
        code, log = self.run_with(THREE)
        self.assertEqual(code, DONE)
        self.assertEqual([model for model, _, _ in self.uploads], ["id-1", "id-2", "id-3"])
        self.assertEqual(self.uploads[0][1:], ("id,prediction\nrow,0.50000000\n", "trigger-7"))
        self.assertEqual(self.downloads, ["v5.3/live.parquet"])
        self.assertEqual(self.predicted, ["model.txt"])
        for name, model_id in (("first", "id-1"), ("second", "id-2"), ("third", "id-3")):
            lines = [line for line in log if line.startswith(f"{name}: ")]
            self.assertEqual(len(lines), 1)
            self.assertIn(f"submitted as submission-of-{model_id}; 1 rows predicted with", lines[0])

    def test_it_goes_on_with_the_others_where_one_fails(self):
        for error, code, words in (
            (ValueError("Invalid submission values."), UNEXPECTED, "Numerai refuses the submission: Invalid"),
            (ValueError("Internal server error"), UNAVAILABLE, "Internal server error"),
            (KeyError("data"), UNAVAILABLE, "Numerai did not answer for the submission."),
        ):
            with self.subTest(error=error):
                self.setUp()
                self.refuse = {"id-2": error}
                ended, log = self.run_with(THREE)
                self.assertEqual(ended, code)
                self.assertEqual([model for model, _, _ in self.uploads], ["id-1", "id-3"])
                self.assertIn(words, next(line for line in log if line.startswith("second: not submitted: ")))
                self.assertTrue(log[-1].startswith("2 of 3 models submitted. Failed: second: "), log[-1])
                self.assertIn(words, log[-1])

    def test_a_model_file_of_its_own_that_is_broken_costs_that_model_alone(self):
        (self.models / "second.txt").write_text("broken")
        self.refuse = {"second.txt": RuntimeError("Unknown model format")}
        code, log = self.run_with(THREE)
        self.assertEqual(code, UNEXPECTED)
        self.assertEqual([model for model, _, _ in self.uploads], ["id-1", "id-3"])
        self.assertIn("RuntimeError: Unknown model format", log[-1])
        # The app quotes the last line of a traceback that it can see, before any other line.
        self.assertTrue(any("    Traceback" in line for line in log))
        self.assertFalse(any(text.startswith("Traceback") for line in log for text in line.splitlines()))

    def test_what_meets_all_of_them_is_tried_once(self):
        self.refuse = {"id-1": ValueError("Insufficient permission for upload_submission")}
        code, log = self.run_with(THREE)
        self.assertEqual((code, self.uploads), (CONFIGURATION, []))
        self.assertEqual(len([line for line in log if ": not tried: " in line]), 2)
        self.assertIn("0 of 3 models submitted. Failed: first, second, third: Numerai refuses the API key", log[-1])

    def test_a_stranger_is_a_wrong_configuration_and_the_others_are_submitted(self):
        code, log = self.run_with({"NUMERAI_MODELS": '{"stranger": "id-9", "third": "id-3"}'})
        self.assertEqual((code, [model for model, _, _ in self.uploads]), (CONFIGURATION, ["id-3"]))
        self.assertIn("no classic model stranger", log[-1])

    def test_a_model_without_a_file_is_a_wrong_configuration(self):
        (self.models / "model.txt").rename(self.models / "third.txt")
        code, log = self.run_with(THREE)
        self.assertEqual((code, [model for model, _, _ in self.uploads]), (CONFIGURATION, ["id-3"]))
        self.assertIn("Failed: first, second: there is no model file of its name, and no model.txt. Found: third.txt.", log[-1])

    def test_what_is_not_there_yet_is_waited_for(self):
        for what, error in (
            ("account", TypeError("'NoneType' object is not subscriptable")),
            ("round", KeyError("data")),
            ("data", ValueError("Dataset not found")),
            ("data", KeyError("data")),
            ("data", ConnectionResetError("reset")),
        ):
            with self.subTest(what=what, error=error):
                self.setUp()
                self.refuse = {what: error}
                self.assertEqual(self.run_with(THREE)[0], UNAVAILABLE)
                self.assertEqual(self.uploads, [])

    def test_a_key_that_is_refused_is_a_wrong_configuration(self):
        self.refuse = {"account": ValueError("Your session is invalid or has expired.")}
        self.assertEqual(self.run_with(THREE)[0], CONFIGURATION)
        self.assertEqual(self.downloads, [])

    def test_model_id_is_enough_for_one_by_name_or_id(self):
        (self.models / "second.txt").write_text("tree")
        for given in ("second", "id-2"):
            with self.subTest(given=given):
                self.uploads.clear()
                self.predicted.clear()
                self.assertEqual(self.run_with({"MODEL_ID": given})[0], DONE)
                self.assertEqual([model for model, _, _ in self.uploads], ["id-2"])
                self.assertEqual(self.predicted, ["second.txt"])

    def test_a_test_does_everything_but_upload_even_between_rounds(self):
        self.now = at(20, 0)
        for env, arguments in ((THREE, ["--test"]), ({**THREE, "NUMERAI_IS_TEST": "true"}, [])):
            code, log = self.run_with(env, *arguments)
            self.assertEqual((code, self.uploads), (DONE, []))
            self.assertEqual(len([line for line in log if "a test, not uploaded" in line]), 3)

    def test_nothing_is_uploaded_when_the_round_has_closed(self):
        self.now = at(13, 1)
        self.assertEqual(self.run_with(THREE)[0], ROUND_NOT_OPEN)
        self.assertEqual(self.uploads, [])

    def test_a_round_that_closes_meanwhile_ends_it_for_the_rest(self):
        upload = numerai_calls.upload

        def slow_upload(*given):
            submission = upload(*given)
            self.now = at(13, 1)
            return submission

        with mock.patch.object(predict, "upload", slow_upload):
            code, log = self.run_with(THREE)
        self.assertEqual((code, [model for model, _, _ in self.uploads]), (ROUND_NOT_OPEN, ["id-1"]))
        self.assertIn("1 of 3 models submitted. Failed: second, third: Round 1234 closes at", log[-1])

    def test_a_wrong_environment_is_named_without_a_secret(self):
        code, log = self.run_with({"NUMERAI_PUBLIC_ID": "", "NUMERAI_ROUND": "soon"})
        self.assertEqual(code, CONFIGURATION)
        for name in ("NUMERAI_PUBLIC_ID", "NUMERAI_ROUND", "NUMERAI_MODELS and MODEL_ID"):
            self.assertIn(name, log[-1])
        self.assertNotIn("very-secret", "".join(log))


if __name__ == "__main__":
    unittest.main()
