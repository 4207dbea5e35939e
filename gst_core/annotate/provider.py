"""Where a language model is: OpenAI, Ollama, vLLM, llama.cpp and the like, behind an OpenAI-compatible address.

The key lives in a `Provider` and in the headers of the requests, nowhere else: it is in no representation, no error and
no log, and nothing here writes a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gst_core.annotate.addresses import VERSION, chat_address, wants_version
from gst_core.errors import AnnotationError

OPENAI_URL = "https://api.openai.com/v1"
URL_SETTING, KEY_SETTING, MODEL_SETTING = "OPENAI_BASE_URL", "OPENAI_API_KEY", "GST_LLM_MODEL"
LOOPBACK = ("localhost", "::1")


@dataclass(frozen=True)
class Provider:
    """Where a model is, and the key for it.

    Attributes
    ----------
    base_url : str
        What ``/chat/completions`` is put behind, with ``/v1`` as a rule.
    model : str
        May be empty before `first_model` was asked.
    key : str
        Never shown. Empty for a server that wants none.
    query : tuple of (str, str)
        What stands behind a question mark in every request, Azure's version say. Never shown.
    azure : bool
        Whether the key goes into Azure's own header too.
    """

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    azure: bool = False

    @property
    def local(self) -> bool:
        """Whether the address is a loopback address, so that nothing leaves this machine."""
        host = urlsplit(self.base_url).hostname or ""
        return host in LOOPBACK or (host.startswith("127.") and host.replace(".", "").isdigit())

    @property
    def host(self) -> str:
        """Return the host and port, as errors and pages name the provider."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


def provider_from(settings: Mapping[str, str]) -> Provider | None:
    """Read the provider from settings: the environment, secrets or options.

    Parameters
    ----------
    settings : mapping of str to str
        ``OPENAI_BASE_URL``, ``OPENAI_API_KEY``, ``GST_LLM_MODEL``; other names are ignored.

    Returns
    -------
    Provider or None
        None when neither an address nor a key is set.

    Raises
    ------
    AnnotationError
        The address is none, or a name and password are in it.
    """
    base_url, key, model = (str(settings.get(s) or "").strip() for s in (URL_SETTING, KEY_SETTING, MODEL_SETTING))
    if not base_url and not key:
        return None
    location = _location(base_url or OPENAI_URL)
    if not location:
        raise AnnotationError(f"{URL_SETTING} is no web address. Give one such as http://127.0.0.1:11434/v1.")
    if "@" in location:
        raise AnnotationError(f"Take the name and password out of {URL_SETTING}, and put the key into {KEY_SETTING}.")
    if not key.isascii() or not key.isprintable():
        raise AnnotationError(f"{KEY_SETTING} holds characters that no key has. Copy the key again.")
    address = chat_address(base_url or OPENAI_URL)
    if wants_version(address):
        raise AnnotationError(
            f"{URL_SETTING} is a deployment on Azure, whose address ends in ?{VERSION}=…: copy that part too, or give "
            "the address up to /openai/v1."
        )
    return Provider(address.base_url, model or address.deployment, key, address.query, address.azure)


def _location(url: str) -> str:
    """Return host and port of a web address, with the name and password in it; empty when it is none."""
    try:
        parts = urlsplit(url)
        return parts.netloc if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else ""
    except ValueError:
        return ""
