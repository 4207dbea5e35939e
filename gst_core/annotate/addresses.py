"""What people paste as the address of a language model, and where its chat is."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

ENDPOINTS = re.compile(r"/(chat/completions|completions|responses|embeddings|models|chat|api/(generate|chat|tags))/*$")
AZURE_HOSTS = (".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com")
AZURE_PATH = "/openai/v1"
DEPLOYMENT = re.compile(r"/openai/deployments/([^/]+)")
VERSION = "api-version"  # that Azure wants behind the address of a deployment


@dataclass(frozen=True)
class Address:
    """Where a provider's chat is.

    Attributes
    ----------
    base_url : str
        What ``/chat/completions`` is put behind.
    query : tuple of (str, str)
        What stands behind a question mark in every request.
    deployment : str
        The model, where the address names it as Azure's do; else empty.
    azure : bool
        Whether the key goes into a header of its own.
    """

    base_url: str
    query: tuple[tuple[str, str], ...] = ()
    deployment: str = ""
    azure: bool = False


def chat_address(typed: str) -> Address:
    """Read a web address as it was pasted: whole or up to its version, with a query or without.

    Examples
    --------
    >>> chat_address("http://127.0.0.1:11434").base_url
    'http://127.0.0.1:11434/v1'
    >>> chat_address("https://api.openai.com/v1/chat/completions").base_url
    'https://api.openai.com/v1'
    """
    parts = urlsplit(typed)
    path = ENDPOINTS.sub("", parts.path.rstrip("/")).rstrip("/")
    azure = (parts.hostname or "").endswith(AZURE_HOSTS)
    found = DEPLOYMENT.search(path)
    if azure and found is None and path in ("", "/openai"):
        path = AZURE_PATH
    query = tuple(parse_qsl(parts.query))
    base_url = urlunsplit((parts.scheme, parts.netloc, path or "/v1", "", ""))
    return Address(base_url, query, unquote(found[1]) if found else "", azure or found is not None)


def wants_version(address: Address) -> bool:
    """Say whether Azure would refuse an address because it does not say which version of its interface is meant."""
    return bool(address.deployment) and VERSION not in dict(address.query)
