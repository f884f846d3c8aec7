"""What can be tested without numerapi, pyarrow and LightGBM: python3 -m unittest discover -s tests"""

import sys
import unittest
from datetime import datetime, timezone
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import predict  # noqa: E402
import train  # noqa: E402

KEYS = {"NUMERAI_PUBLIC_ID": "public", "NUMERAI_SECRET_KEY": "very-secret"}
FILE = Path("models/example.txt")
ROUND = {
    "number": 1234,
    "openTime": "2026-04-14T12:00:00Z",
    "closeStakingTime": "2026-04-14T13:00:00Z",
}


def at(hour: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 4, 14, hour, minute, second, tzinfo=timezone.utc)


class Settings(unittest.TestCase):
    def test_the_environment_of_the_webhook_app_is_enough(self):
        settings = predict.read_settings(
            {**KEYS, "MODEL_ID": "id-1", "TRIGGER_ID": "t-1", "NUMERAI_ROUND": "1234",
             "NUMERAI_TOURNAMENT": "classic", "NUMERAI_IS_TEST": "false"},
            [FILE],
        )
        self.assertEqual(settings.models, {"id-1": FILE})
        self.assertEqual((settings.trigger_id, settings.round_number), ("t-1", 1234))
        self.assertFalse(settings.is_test)

    def test_a_test_is_asked_for_by_the_app_or_by_the_command_line(self):
        env = {**KEYS, "MODEL_ID": "id-1"}
        self.assertTrue(predict.read_settings({**env, "NUMERAI_IS_TEST": "true"}, [FILE]).is_test)
        self.assertTrue(predict.read_settings(env, [FILE], test=True).is_test)
        self.assertTrue(predict.parse_arguments(["--test"]).test)
        self.assertFalse(predict.parse_arguments([]).test)

    def test_every_fault_is_named_at_once_and_no_secret_is_shown(self):
        with self.assertRaises(predict.Failure) as caught:
            predict.read_settings(
                {"NUMERAI_SECRET_KEY": "very-secret", "NUMERAI_ROUND": "soon", "NUMERAI_TOURNAMENT": "signals"}, []
            )
        self.assertEqual(caught.exception.exit_code, predict.CONFIGURATION)
        message = str(caught.exception)
        for name in ("NUMERAI_PUBLIC_ID", "NUMERAI_ROUND", "NUMERAI_TOURNAMENT", "MODEL_ID"):
            self.assertIn(name, message)
        self.assertNotIn("very-secret", message)


class Models(unittest.TestCase):
    FILES = [Path("models/a.txt"), Path("models/b.txt")]

    def test_several_models_in_one_run(self):
        chosen = predict.choose_models("first=a.txt, second=b.txt", None, self.FILES)
        self.assertEqual(chosen, {"first": self.FILES[0], "second": self.FILES[1]})

    def test_what_is_not_clear_is_refused(self):
        for given, model_id in (
            (None, None),
            (None, "id-1"),
            ("first", None),
            ("first=", None),
            ("first=c.txt", None),
            ("first=a.txt,first=b.txt", None),
        ):
            with self.subTest(given=given, model_id=model_id), self.assertRaises(ValueError):
                predict.choose_models(given, model_id, self.FILES)


class Deadline(unittest.TestCase):
    def test_an_open_round(self):
        current = predict.open_round(ROUND, at(12, 30), 1234)
        self.assertEqual(current.number, 1234)
        self.assertEqual(current.closes, at(13, 0))

    def test_a_round_that_is_not_open_is_not_worth_a_retry(self):
        for answer, now, expected in (
            (None, at(12, 30), None),
            (ROUND, at(12, 59), None),
            (ROUND, at(13, 30), None),
            (ROUND, at(12, 30), 1233),
        ):
            with self.subTest(now=now, expected=expected):
                with self.assertRaises(predict.Failure) as caught:
                    predict.open_round(answer, now, expected)
                self.assertEqual(caught.exception.exit_code, predict.ROUND_NOT_OPEN)

    def test_a_round_that_opens_later_is_waited_for(self):
        for now, expected in ((at(11, 59), None), (at(12, 30), 1235)):
            with self.subTest(now=now, expected=expected):
                with self.assertRaises(predict.Failure) as caught:
                    predict.open_round(ROUND, now, expected)
                self.assertEqual(caught.exception.exit_code, predict.UNAVAILABLE)

    def test_data_that_is_not_there_is_waited_for(self):
        def refuse(_name, _path):
            # What numerapi does with an empty answer.
            return None["data"]

        with self.assertRaises(predict.Failure) as caught:
            predict.download(SimpleNamespace(download_dataset=refuse), "v5.0/live.parquet", Path("live.parquet"))
        self.assertEqual(caught.exception.exit_code, predict.UNAVAILABLE)

    def test_a_time_without_an_offset_is_utc(self):
        self.assertEqual(predict.parse_time("2026-04-14T12:00:00"), at(12, 0))
        self.assertEqual(predict.parse_time("2026-04-14T14:00:00+02:00"), at(12, 0))


class Ranks(unittest.TestCase):
    def test_ranks_lie_between_0_and_1_in_the_order_of_the_values(self):
        self.assertEqual(predict.ranked([0.3, -1.0, 7.5, 0.5]), [0.375, 0.125, 0.875, 0.625])

    def test_equal_values_rank_equally(self):
        self.assertEqual(predict.ranked([2, 1, 2]), [2 / 3, 0.5 / 3, 2 / 3])
        self.assertEqual(predict.ranked([5, 5, 5, 5]), [0.5] * 4)
        self.assertEqual(predict.ranked([]), [])


class ExitCodes(unittest.TestCase):
    def test_what_an_error_means(self):
        class ReadTimeout(Exception):
            pass

        ReadTimeout.__module__ = "requests.exceptions"
        for error, code in (
            (predict.Failure(predict.ROUND_NOT_OPEN, "late"), predict.ROUND_NOT_OPEN),
            (ValueError("Current round not open for submissions"), predict.ROUND_NOT_OPEN),
            (ValueError("You must be authenticated to do that."), predict.CONFIGURATION),
            (ValueError("API keys required for this action."), predict.CONFIGURATION),
            (ValueError("internal error"), predict.UNAVAILABLE),
            (ReadTimeout("read timed out"), predict.UNAVAILABLE),
            (ConnectionResetError("reset"), predict.UNAVAILABLE),
            (RuntimeError("what?"), predict.UNEXPECTED),
            (KeyError("x"), predict.UNEXPECTED),
        ):
            with self.subTest(error=error):
                self.assertEqual(predict.failure_of(error).exit_code, code)

    def test_main_ends_with_the_code(self):
        import os
        from unittest import mock

        with mock.patch.dict(os.environ, {}, clear=True), self.assertLogs("submission", "ERROR") as logs:
            self.assertEqual(predict.main(["--models-dir", "no-such-folder"]), predict.CONFIGURATION)
        self.assertIn("NUMERAI_PUBLIC_ID", logs.output[0])

    def test_numerai_that_does_not_answer_is_worth_a_retry(self):
        for answer in ({}, None, {"data": None}):
            napi = SimpleNamespace(raw_query=lambda *_, answer=answer: answer)
            with self.subTest(answer=answer), self.assertRaises(predict.Failure) as caught:
                predict.ask(napi, predict.ROUND_QUERY, {"tournament": 8})
            self.assertEqual(caught.exception.exit_code, predict.UNAVAILABLE)


class Accounts(unittest.TestCase):
    def test_names_become_ids_and_a_stranger_is_refused(self):
        napi = SimpleNamespace(get_models=lambda: {"my-model": "id-1", "other": "id-2"})
        self.assertEqual(predict.model_ids(napi, {"my-model": FILE, "id-2": FILE}), {"id-1": FILE, "id-2": FILE})
        with self.assertRaises(predict.Failure) as caught:
            predict.model_ids(napi, {"nobody": FILE})
        self.assertEqual(caught.exception.exit_code, predict.CONFIGURATION)


class WholeRun(unittest.TestCase):
    """The run from end to end with a numerapi made of a few lines, and no model."""

    def run_with(self, env, now=at(12, 30)):
        from types import ModuleType
        from unittest import mock

        uploads = []

        class NumerAPI:
            def __init__(self, **_):
                pass

            def get_models(self):
                return {"my-model": "id-1", "other": "id-2"}

            def raw_query(self, _query, _variables):
                return {"data": {"rounds": [ROUND]}}

            def download_dataset(self, _name, path):
                Path(path).write_bytes(b"live")

            def upload_predictions(self, file_path, model_id):
                uploads.append((model_id, Path(file_path).read_text()))
                return "submission"

        class Clock(datetime):
            @classmethod
            def now(cls, _zone=None):
                return now

        numerapi = ModuleType("numerapi")
        numerapi.NumerAPI = NumerAPI
        files = [Path("models/a.txt"), Path("models/b.txt")]
        with mock.patch.dict(sys.modules, {"numerapi": numerapi}), mock.patch.object(
            predict, "predict", lambda *_: (["row"], [0.5])
        ), mock.patch.object(predict, "datetime", Clock), self.assertLogs("submission"):
            predict.submit(predict.read_settings({**KEYS, **env}, files))
        return uploads

    def test_each_model_is_uploaded_for(self):
        uploads = self.run_with({"MODELS": "my-model=a.txt,id-2=b.txt"})
        self.assertEqual([model for model, _ in uploads], ["id-1", "id-2"])
        self.assertEqual(uploads[0][1], "id,prediction\nrow,0.50000000\n")

    def test_a_test_does_everything_but_upload_even_between_rounds(self):
        env = {"MODELS": "my-model=a.txt", "NUMERAI_IS_TEST": "true"}
        self.assertEqual(self.run_with(env, now=at(20, 0)), [])

    def test_nothing_is_uploaded_when_the_round_has_closed(self):
        with self.assertRaises(predict.Failure) as caught:
            self.run_with({"MODELS": "my-model=a.txt"}, now=at(13, 1))
        self.assertEqual(caught.exception.exit_code, predict.ROUND_NOT_OPEN)


class Predictions(unittest.TestCase):
    def test_the_file_has_a_header_and_a_line_a_row(self):
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "predictions.csv"
            predict.write_predictions(path, ["a", "b"], [0.25, 0.75])
            self.assertEqual(path.read_text(), "id,prediction\na,0.25000000\nb,0.75000000\n")


class Training(unittest.TestCase):
    def test_the_features_of_a_set(self):
        metadata = {"feature_sets": {"small": ["f1", "f2"]}}
        self.assertEqual(train.features_of(metadata, "small"), ["f1", "f2"])
        with self.assertRaises(SystemExit):
            train.features_of(metadata, "huge")

    def test_every_nth_era(self):
        self.assertEqual(train.every_nth(["0003", "0001", "0002", "0001", "0004"], 2), ["0001", "0003"])


if __name__ == "__main__":
    unittest.main()
