"""Which language model the page can ask, and what is said of it: where texts go, what it takes, how good it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from gst_core.annotate import (
    KEY_SETTING,
    MODEL_SETTING,
    URL_SETTING,
    Estimate,
    Provider,
    Spent,
    first_model,
    price,
    provider_from,
)
from gst_core.counting import counted
from gst_core.errors import AnnotationError
from gst_core.ui import state
from gst_core.ui.background import background

PRICE_IN_SETTING, PRICE_OUT_SETTING = "GST_LLM_PRICE_IN", "GST_LLM_PRICE_OUT"  # of a million tokens
SETTINGS = (URL_SETTING, KEY_SETTING, MODEL_SETTING, PRICE_IN_SETTING, PRICE_OUT_SETTING)
PATIENCE = 0.3  # seconds in which a server on this machine has named its model, so that no line flashes up
WEAK = "smollm2-135m"  # as `make llm` and Ollama call it
WEAK_WORDS = "This is a very small model, right about 7 times in 10 on good or bad. Look at what it does."


@dataclass(frozen=True)
class Connection:
    """The language model of this server.

    Attributes
    ----------
    provider : Provider or None
        With a model; None when none is connected, or not yet.
    asking : bool
        Whether its server is being asked which model it has.
    error : str
        Why it cannot be asked.
    may_answer : bool
        Whether asking again may help.
    """

    provider: Provider | None = None
    asking: bool = False
    error: str = ""
    may_answer: bool = False


def connection() -> Connection:
    """Return the model that the page, the environment or the secrets name; never waits for a server for long."""
    try:
        provider = provider_from(settings())
    except AnnotationError as error:
        return Connection(error=str(error))
    if provider is None or provider.model:
        return Connection(provider)
    asked = background().ask(("model", provider), lambda: first_model(provider), PATIENCE)
    if not asked.done():
        return Connection(asking=True)
    if (failure := asked.exception()) is not None:
        return Connection(error=str(failure), may_answer=True)
    return Connection(replace(provider, model=asked.result()))


def connect_again() -> None:
    """Ask the server for its model once more."""
    provider = provider_from(settings())
    background().forget(("model", provider))


def connect(typed: Mapping[str, str]) -> None:
    """Use, in this session, the model that a person has named on the page.

    Parameters
    ----------
    typed : mapping of str to str
        As `provider_from` takes it. Nothing of the environment is mixed in: its key goes to its own address alone.

    Raises
    ------
    AnnotationError
        The address is none, or the key is none that there can be.
    """
    if (provider := provider_from(typed)) is not None:
        background().forget(("model", provider))
        st.session_state[state.TYPED_MODEL] = dict(typed)


def connected_here() -> bool:
    """Say whether the model was connected from the page, in this session."""
    return state.TYPED_MODEL in st.session_state


def forget() -> None:
    """Forget the model that was connected from the page; what the server was started with counts again."""
    st.session_state.pop(state.TYPED_MODEL, None)


def settings() -> dict[str, str]:
    """Return what was typed on the page of a language model, and else what the environment and the secrets say."""
    if connected_here():
        typed: dict[str, str] = st.session_state[state.TYPED_MODEL]
        return dict(typed)
    secrets: Mapping[str, object] = st.secrets if st.secrets.load_if_toml_exists() else {}
    found = {name: str(secrets[name]) for name in SETTINGS if name in secrets}
    return found | {name: os.environ[name] for name in SETTINGS if os.environ.get(name)}


def prices(given: Mapping[str, str]) -> tuple[float, float] | None:
    """Return the prices of a million tokens, in and out; None unless both are set and numbers."""
    try:
        both = float(given[PRICE_IN_SETTING]), float(given[PRICE_OUT_SETTING])
    except (KeyError, ValueError):
        return None
    return both if min(both) >= 0 else None


def where_texts_go(count: int, provider: Provider) -> str:
    """Say how many texts of the corpus are read, and where."""
    texts = counted(count, "text")
    if provider.local:
        verb = "is" if count == 1 else "are"
        return f"{texts} {verb} read by {provider.model} on this computer; nothing leaves it."
    return (
        f"{texts} of this corpus {'goes' if count == 1 else 'go'} to {provider.host}, to be read by {provider.model}."
    )


def what_it_takes(estimate: Estimate, of_a_million: tuple[float, float] | None) -> str:
    """Say how many requests and tokens a run takes, and what they cost where prices are known."""
    cost = f", {price(estimate, *of_a_million):.2f} at your prices" if of_a_million else ""
    return f"About {counted(estimate.requests, 'request')}, {counted(estimate.tokens, 'token')}{cost}."


def what_it_took(spent: Spent, of_a_million: tuple[float, float] | None) -> str:
    """Say how many tokens were spent so far."""
    cost = f", cost {price(spent, *of_a_million):.2f}" if of_a_million else ""
    return f"{counted(spent.tokens, 'token')}{cost}"


def is_weak(model: str) -> bool:
    """Say whether a model is known to be often wrong."""
    return WEAK in model.casefold().replace(":", "-")
