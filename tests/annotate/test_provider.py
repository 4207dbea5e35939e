import pytest

from gst_core.annotate.provider import Provider, provider_from
from gst_core.errors import AnnotationError

KEY = "sk-very-secret-0123456789"


def test_settings_make_a_provider():
    assert provider_from({"GST_LLM_MODEL": "m", "PATH": "x"}) is None
    assert provider_from({"OPENAI_API_KEY": KEY}) == Provider("https://api.openai.com/v1", "", KEY)
    local = provider_from({"OPENAI_BASE_URL": " http://localhost:11434/v1/ ", "GST_LLM_MODEL": "m"})
    assert local == Provider("http://localhost:11434/v1", "m", "")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"OPENAI_BASE_URL": "localhost:11434"}, "web address"),
        ({"OPENAI_BASE_URL": "http://[half"}, "web address"),
        ({"OPENAI_BASE_URL": f"https://me:{KEY}@api.example/v1"}, "name and password"),
        ({"OPENAI_API_KEY": f"{KEY}\n–"}, "characters that no key has"),
    ],
)
def test_settings_that_cannot_be_are_refused_without_the_key(settings, said):
    with pytest.raises(AnnotationError, match=said) as caught:
        provider_from(settings)
    assert KEY not in str(caught.value)


def test_only_a_loopback_address_is_local():
    hosts = [
        "127.0.0.1:80",
        "localhost",
        "[::1]:8080",
        "127.8.9.1",
        "api.openai.com",
        "localhost.evil.example",
        "10.0.0.1",
        "127.evil.example",
    ]
    assert [Provider(f"http://{h}/v1", "m").local for h in hosts] == [True] * 4 + [False] * 4
