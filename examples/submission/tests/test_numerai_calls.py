"""What Numerai's answers and numerapi's errors mean."""

import sys
import unittest
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numerai_calls  # noqa: E402
from endings import CONFIGURATION, ROUND_NOT_OPEN, UNAVAILABLE, UNEXPECTED, Failure  # noqa: E402

ROUND = {"number": 1234, "openTime": "2026-04-14T12:00:00Z", "closeStakingTime": "2026-04-14T13:00:00Z"}


def at(hour: int, minute: int) -> datetime:
    return datetime(2026, 4, 14, hour, minute, tzinfo=timezone.utc)


class Rounds(unittest.TestCase):
    def test_an_open_round(self):
        current = numerai_calls.open_round(ROUND, at(12, 30), 1234)
        self.assertEqual((current.number, current.closes), (1234, at(13, 0)))

    def test_one_that_is_not_open_is_waited_for_only_where_it_is_to_come(self):
        for answer, now, expected, code in (
            (None, at(12, 30), None, ROUND_NOT_OPEN),
            (ROUND, at(12, 59), None, ROUND_NOT_OPEN),
            (ROUND, at(13, 30), None, ROUND_NOT_OPEN),
            (ROUND, at(12, 30), 1233, ROUND_NOT_OPEN),
            (ROUND, at(11, 59), None, UNAVAILABLE),
            (ROUND, at(12, 30), 1235, UNAVAILABLE),
        ):
            with self.subTest(now=now, expected=expected):
                with self.assertRaises(Failure) as caught:
                    numerai_calls.open_round(answer, now, expected)
                self.assertEqual(caught.exception.exit_code, code)

    def test_a_time_without_an_offset_is_utc(self):
        self.assertEqual(numerai_calls.parse_time("2026-04-14T12:00:00"), at(12, 0))
        self.assertEqual(numerai_calls.parse_time("2026-04-14T14:00:00+02:00"), at(12, 0))


class Errors(unittest.TestCase):
    def test_what_they_mean(self):
        class ReadTimeout(OSError):
            pass

        ReadTimeout.__module__ = "requests.exceptions"
        for error, code, for_all in (
            (ValueError("Current round not open for submissions"), ROUND_NOT_OPEN, True),
            (ValueError("Your session is invalid or has expired."), CONFIGURATION, True),
            (ValueError("API keys required for this action."), CONFIGURATION, True),
            (ValueError("Insufficient permission for upload_submission"), CONFIGURATION, True),
            (ValueError("Internal server error"), UNAVAILABLE, False),
            (ValueError(""), UNAVAILABLE, False),
            (ValueError("You must provide predictions for the current live IDs."), UNAVAILABLE, False),
            (ValueError("Invalid submission values."), UNEXPECTED, False),
            (KeyError("data"), UNAVAILABLE, False),
            (TypeError("'NoneType' object is not subscriptable"), UNAVAILABLE, False),
            (ReadTimeout("read timed out"), UNAVAILABLE, False),
            (ConnectionResetError("reset"), UNAVAILABLE, False),
        ):
            with self.subTest(error=error):
                with self.assertRaises(Failure) as caught, numerai_calls.asking("the submission"):
                    raise error
                self.assertEqual((caught.exception.exit_code, caught.exception.for_all), (code, for_all))

    def test_a_full_disk_is_not_numerais(self):
        with self.assertRaises(OSError) as caught, numerai_calls.asking("train.parquet"):
            raise OSError(28, "No space left on device")
        self.assertEqual(caught.exception.errno, 28)

    def test_the_signature_of_an_address_is_not_shown(self):
        error = ConnectionError("Max retries exceeded with url: /file.csv?X-Amz-Signature=s3cret (Caused by …)")
        text = str(numerai_calls.failure_of_call(error, "the submission"))
        self.assertIn("/file.csv?… (Caused by", text)
        self.assertNotIn("s3cret", text)


class Accounts(unittest.TestCase):
    ACCOUNT = {"my-model": "id-1", "other": "id-2"}

    def test_a_model_is_found_by_name_or_id(self):
        self.assertEqual(numerai_calls.identify("x", "id-2", self.ACCOUNT), ("other", "id-2"))
        self.assertEqual(numerai_calls.identify("other", "other", self.ACCOUNT), ("other", "id-2"))
        with self.assertRaises(Failure) as caught:
            numerai_calls.identify("nobody", "id-9", self.ACCOUNT)
        self.assertEqual((caught.exception.exit_code, caught.exception.for_all), (CONFIGURATION, False))


if __name__ == "__main__":
    unittest.main()
