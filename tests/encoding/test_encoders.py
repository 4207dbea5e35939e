import pytest

from gst_core.encoding.encoders import check_sha256, encoder_identity, load_encoder, packaged_folder
from gst_core.errors import EncoderError


@pytest.mark.parametrize("ask", [load_encoder, encoder_identity])
def test_an_encoder_without_a_name_is_not_the_present_folder(ask):
    with pytest.raises(EncoderError, match="no name"):
        ask(" ")


def test_an_encoder_that_cannot_be_had_is_named():
    with pytest.raises(EncoderError, match="nobody/has-this"):
        load_encoder("nobody/has-this")


def test_changed_weights_are_refused(tmp_path):
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"other")
    with pytest.raises(EncoderError, match="SHA-256"):
        check_sha256(weights, "0" * 64)
    assert (packaged_folder() / "model.safetensors").is_file()
