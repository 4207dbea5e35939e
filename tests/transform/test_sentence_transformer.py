import os
import subprocess
import sys
import threading

import numpy as np
import pytest
import torch

import gst_core
from gst_core import GuidedSpaceTransform
from gst_core.encoding import load_encoder
from gst_core.errors import TransformError
from tests.conftest import few

SUBJECTS = ("the invoice", "my password", "the parcel", "this app", "the new chair", "our flight")
MOODS = {
    "calm": ("is fine", "works as it should", "came in time"),
    "cross": ("is a disgrace", "broke again", "is late"),
}
TEXTS = [f"{subject} {end}".capitalize() for subject in SUBJECTS for ends in MOODS.values() for end in ends]
KINDS = np.array([mood for _ in SUBJECTS for mood, ends in MOODS.items() for _ in ends])

LOADED_ALONE = """
import sys
sys.modules["gst_core"] = None  # what is not installed cannot be imported
import numpy as np
from sentence_transformers import SentenceTransformer
folder, texts, out = sys.argv[1:]
model = SentenceTransformer(folder, device="cpu")
np.save(out, model.encode(np.load(texts).tolist(), show_progress_bar=False))
"""


@pytest.mark.parametrize("guidance", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("classes", [1, 3, 14])
def test_standard_modules_do_what_the_transform_does(classes, guidance):
    from gst_core.transform.network import code_share
    from gst_core.transform.sentence_transformer import centring, encoding

    rng = np.random.default_rng(classes)
    kinds = np.arange(280) % classes
    X = (2 * rng.normal(size=(classes, 24))[kinds] + rng.normal(size=(280, 24))).astype(np.float32)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    gst = GuidedSpaceTransform(guidance=guidance, device="cpu", random_state=0).fit(X, few(kinds.astype(str), 4))
    modules = [
        *centring(torch.from_numpy(gst.centre_)),
        *encoding(gst.network_, code_share(guidance, classes, gst.evidence_)),
    ]
    features = {"sentence_embedding": torch.from_numpy(X)}
    with torch.inference_mode():
        for module in modules:
            features = module(features)
    assert np.allclose(features["sentence_embedding"].numpy(), gst.transform(X), atol=1e-4)


@pytest.fixture(scope="module")
def guided():
    """A transform fitted on real embeddings of short texts, calm or cross."""
    return GuidedSpaceTransform(random_state=0).fit(gst_core.encode(TEXTS), few(KINDS, 4))


def test_the_exported_model_runs_where_gst_studio_is_not_installed(guided, tmp_path):
    folder, texts, out = tmp_path / "model", tmp_path / "texts.npy", tmp_path / "out.npy"
    guided.to_sentence_transformer(instruction="Group by | mood", scores={"V-measure": 0.51234}).save(str(folder))
    np.save(texts, np.array(TEXTS))
    command = [sys.executable, "-I", "-c", LOADED_ALONE, str(folder), str(texts), str(out)]
    subprocess.run(command, cwd=tmp_path, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"}, timeout=120)
    assert np.allclose(np.load(out), guided.transform(gst_core.encode(TEXTS)), atol=1e-4)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert guided.report_ is not None
    assert guided.report_.sentence() in card
    for part in (
        "“Group by \\| mood”",
        "| class | precision | recall |",
        "| calm | 4 |",
        "| cross | 4 |",
        "| V-measure | 0.5123 |",
        "model.encode(",
    ):
        assert part in card
    assert "gst_core" not in (folder / "modules.json").read_text(encoding="utf-8") + card


def test_the_export_leaves_the_encoder_alone_and_the_hooks_of_others_behind(guided):
    class Watcher:
        def __init__(self):
            self.seen = threading.local()  # which cannot be copied

        def see(self, *_):
            self.seen.called = True

    encoder, watcher = load_encoder(), Watcher()
    handle = encoder[0].register_forward_hook(watcher.see)
    try:
        before = len(encoder)
        model = guided.to_sentence_transformer()
        assert len(encoder) == before < len(model)
        model.encode(["A text."])
        assert not hasattr(watcher.seen, "called")
        shared = {p.data_ptr() for p in encoder.parameters()} & {p.data_ptr() for p in model.parameters()}
        assert not shared
    finally:
        handle.remove()


def test_without_labels_the_encoder_itself_is_exported():
    embeddings = gst_core.encode(TEXTS[:4])
    model = GuidedSpaceTransform().fit(embeddings).to_sentence_transformer()
    assert np.allclose(model.encode(TEXTS[:4]), embeddings, atol=1e-5)
    assert "No text was labelled" in model._model_card_text


def test_an_encoder_that_cuts_its_output_is_cut_before_the_guidance(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = sorted({word for text in TEXTS for word in text.lower().split()})
    tokenizer = Tokenizer(models.WordLevel({"?": 0} | {word: i + 1 for i, word in enumerate(words)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(0)
    folder = str(tmp_path / "static")
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=16)], truncate_dim=8, device="cpu").save(
        folder
    )
    embeddings = gst_core.encode(TEXTS, folder)
    gst = GuidedSpaceTransform(random_state=0).fit(embeddings, few(KINDS, 4))
    model = gst.to_sentence_transformer(folder)
    assert embeddings.shape == (len(TEXTS), 8)
    assert np.allclose(model.encode(TEXTS), gst.transform(embeddings), atol=1e-4)
    assert str(tmp_path) not in model._model_card_text


def test_a_transform_that_looks_at_the_first_of_several_views_is_a_plain_pipeline_too():
    X = gst_core.encode(TEXTS, views="all")
    gst = GuidedSpaceTransform(views=gst_core.view_widths(), random_state=0).fit(X, few(KINDS, 1))
    assert gst.seen_ == (0,)
    assert np.allclose(gst.to_sentence_transformer().encode(TEXTS), gst.transform(X), atol=1e-4)


def test_what_a_plain_pipeline_cannot_give_is_refused(blobs):
    X, kinds = blobs
    noise = np.random.default_rng(0).normal(size=X.shape)
    with pytest.raises(TransformError, match="several views"):
        GuidedSpaceTransform(views=(24, 24)).fit(np.hstack([noise, X]), few(kinds, 8)).to_sentence_transformer()
    with pytest.raises(TransformError, match="gives 384 columns; the transform was fitted on 24"):
        GuidedSpaceTransform().fit(X, few(kinds, 2)).to_sentence_transformer()
