"""Secrets that are given by name: a job of Azure Machine Learning reads them itself."""

import sys
import unittest
from pathlib import Path
from urllib.error import HTTPError, URLError

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from endings import CONFIGURATION, UNAVAILABLE, Failure  # noqa: E402
from vault import with_secrets  # noqa: E402

ENV = {
    "KEY_VAULT_URL": "https://v.vault.azure.net",
    "KEY_VAULT_SECRETS": '{"NUMERAI_SECRET_KEY": "numerai-secret-key"}',
    "MSI_ENDPOINT": "http://127.0.0.1:42/MSI/auth",
    "MSI_SECRET": "of-the-node",
    "DEFAULT_IDENTITY_CLIENT_ID": "an-id",
}


class VaultTest(unittest.TestCase):
    def test_each_secret_is_read_with_the_identity_of_the_compute(self) -> None:
        asked = []

        def get(url, headers):
            asked.append((url, dict(headers)))
            return {"access_token": "a-token"} if "MSI" in url else {"value": "sesame"}

        self.assertEqual(with_secrets(ENV, get)["NUMERAI_SECRET_KEY"], "sesame")
        query = "resource=https%3A%2F%2Fvault.azure.net&api-version=2017-09-01&clientid=an-id"
        self.assertEqual(
            asked,
            [
                (f"http://127.0.0.1:42/MSI/auth?{query}", {"secret": "of-the-node"}),
                (
                    "https://v.vault.azure.net/secrets/numerai-secret-key?api-version=7.4",
                    {"Authorization": "Bearer a-token"},
                ),
            ],
        )

    def test_on_other_platforms_there_is_nothing_to_do(self) -> None:
        env = {"NUMERAI_SECRET_KEY": "given"}
        self.assertIs(with_secrets(env), env)

    def test_what_is_missing_is_said_and_no_value(self) -> None:
        def refuse(url, headers):
            if "MSI" in url:
                return {"access_token": "a-token"}
            raise HTTPError(url, 403, "sesame", {}, None)

        without_identity = {name: value for name, value in ENV.items() if not name.startswith("MSI")}
        for env, words in ((ENV, "numerai-secret-key cannot be read"), (without_identity, "no managed identity")):
            with self.subTest(words), self.assertRaises(Failure) as raised:
                with_secrets(env, refuse)
            self.assertEqual(raised.exception.exit_code, CONFIGURATION)
            self.assertIn(words, str(raised.exception))
            self.assertNotIn("sesame", str(raised.exception))

    def test_what_passes_is_left_to_another_attempt(self) -> None:
        passing = [
            HTTPError("url", 429, "busy", {}, None),
            HTTPError("url", 503, "down", {}, None),
            URLError("no route"),
            TimeoutError(),
            ConnectionResetError(),
            ValueError("no JSON"),
        ]
        for error in passing:

            def fail(url, headers, error=error):
                raise error

            with self.subTest(repr(error)), self.assertRaises(Failure) as raised:
                with_secrets(ENV, fail)
            self.assertEqual(raised.exception.exit_code, UNAVAILABLE)

    def test_what_is_around_a_value_or_the_address_is_no_part_of_it(self) -> None:
        asked = []

        def get(url, headers):
            asked.append(url)
            return {"access_token": "a-token"} if "MSI" in url else {"value": " sesame\n"}

        env = {**ENV, "KEY_VAULT_URL": "https://v.vault.azure.net/"}
        self.assertEqual(with_secrets(env, get)["NUMERAI_SECRET_KEY"], "sesame")
        self.assertEqual(asked[-1], "https://v.vault.azure.net/secrets/numerai-secret-key?api-version=7.4")


if __name__ == "__main__":
    unittest.main()
