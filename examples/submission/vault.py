"""The secrets of a job of Azure Machine Learning, which is given their names. The standard library alone.

Its variables stand in the job's record, for everybody who may read the workspace. So KEY_VAULT_SECRETS has a JSON object
variable → name, and the job reads the secrets with the identity of its compute, which has the role Key Vault Secrets User on
the vault. On the other platforms there is nothing to do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from endings import CONFIGURATION, UNAVAILABLE, Failure

VAULT = "https://vault.azure.net"
TIMEOUT_SECONDS = 20

Get = Callable[[str, Mapping[str, str]], Mapping[str, object]]


def get_json(url: str, headers: Mapping[str, str]) -> Mapping[str, object]:
    with urlopen(Request(url, headers=dict(headers)), timeout=TIMEOUT_SECONDS) as answer:
        return json.loads(answer.read())


def with_secrets(env: Mapping[str, str], get: Get = get_json) -> Mapping[str, str]:
    """The variables, with the secrets that they name."""
    if not env.get("KEY_VAULT_SECRETS") or not env.get("KEY_VAULT_URL"):
        return env
    names: Mapping[str, str] = json.loads(env["KEY_VAULT_SECRETS"])
    authorization = {"Authorization": f"Bearer {token(env, get)}"}
    secrets = {
        variable: read(f"{env['KEY_VAULT_URL'].rstrip('/')}/secrets/{name}?api-version=7.4", authorization, "value", name, get)
        for variable, name in names.items()
    }
    return {**env, **secrets}


def token(env: Mapping[str, str], get: Get) -> str:
    """As azure-identity's ManagedIdentityCredential asks for it on a node of Machine Learning."""
    if not env.get("MSI_ENDPOINT") or not env.get("MSI_SECRET"):
        raise Failure(CONFIGURATION, "There are secrets to be read, and the compute has no managed identity.")
    asked = {"resource": VAULT, "api-version": "2017-09-01"}
    if env.get("DEFAULT_IDENTITY_CLIENT_ID"):
        asked["clientid"] = env["DEFAULT_IDENTITY_CLIENT_ID"]
    url = f"{env['MSI_ENDPOINT']}?{urlencode(asked)}"
    return read(url, {"secret": env["MSI_SECRET"]}, "access_token", "the vault's token", get)


def read(url: str, headers: Mapping[str, str], key: str, what: str, get: Get) -> str:
    """No word of the answer is repeated: it may be a secret. White space around a value is no part of it, as for the app."""
    try:
        value = get(url, headers).get(key)
    except (OSError, HTTPException, ValueError) as error:
        status = error.code if isinstance(error, HTTPError) else None
        what_happened = f"HTTP {status}" if status else type(error).__name__
        message = f"{what} cannot be read with the identity of the compute ({what_happened})."
        raise Failure(CONFIGURATION if is_refused(status) else UNAVAILABLE, message) from None
    if not isinstance(value, str) or not value.strip():
        raise Failure(CONFIGURATION, f"{what} cannot be read: the answer has none.")
    return value.strip()


def is_refused(status: int | None) -> bool:
    """Whether only a person can help: without an answer, or where the vault is busy or down, another attempt can."""
    return status is not None and status < 500 and status not in (408, 429)
