"""Files of vectors: what is read, and that what a file says of itself is not believed."""

import io

import numpy as np
import pytest

from gst_core import read_corpus
from gst_core.corpus.vector_files import load_vectors
from gst_core.errors import CorpusError

VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4) + 1


def saved(save, *arrays, name="x.npy", **more):
    file = io.BytesIO()
    save(file, *arrays, **more)
    file.name = name
    return file


def claiming(shape, dtype="<f4"):
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    padded = header.ljust(117) + "\n"
    return io.BytesIO(b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode())


def test_an_array_and_the_one_array_of_an_archive_are_read():
    assert np.array_equal(load_vectors(saved(np.save, VECTORS))[1], VECTORS)
    assert np.array_equal(load_vectors(saved(np.savez_compressed, VECTORS, name="x.npz"))[1], VECTORS)
    assert np.array_equal(load_vectors(saved(np.save, np.asfortranarray(VECTORS)))[1], VECTORS)


def test_several_arrays_are_named():
    with pytest.raises(CorpusError, match=r"holds 2 arrays \(a, b\)"):
        load_vectors(saved(np.savez, a=VECTORS, b=VECTORS))


@pytest.mark.parametrize("shape", ["(100000, 24000)", "(2**40, 4)", "(10**30, 10**30)", "(600, 4)"])
def test_an_array_that_claims_more_numbers_than_it_has_is_refused_before_memory_is_taken(shape):
    shape = str(eval(shape))
    with pytest.raises(CorpusError, match=r"says that it holds .* It is cut or damaged"):
        load_vectors(claiming(shape))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"text\none\n", b"\x93NUMPY", b"\x93NUMPY\x09\x00aaaa"])
def test_what_is_no_array_is_one_sentence(data):
    with pytest.raises(CorpusError, match="is not a NumPy"):
        load_vectors(io.BytesIO(data))


def test_an_array_of_objects_is_not_unpickled():
    with pytest.raises(CorpusError, match="Python objects"):
        load_vectors(saved(np.save, np.array([["a", None]], dtype=object), allow_pickle=True))


def test_an_archive_that_unpacks_to_much_more_than_it_is_refused():
    with pytest.raises(CorpusError, match="packed much tighter"):
        load_vectors(saved(np.savez_compressed, np.zeros((20_000, 1_000), np.float32)))


def test_a_corpus_takes_its_vectors_from_either(tmp_path):
    (tmp_path / "a.csv").write_text("text\none\ntwo\nthree\n")
    np.savez(tmp_path / "a.npz", VECTORS)
    corpus = read_corpus(tmp_path / "a.csv", embeddings=tmp_path / "a.npz")
    assert np.allclose(corpus.embeddings, VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True))
