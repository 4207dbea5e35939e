import pytest

from gst_core.annotate.addresses import chat_address
from gst_core.annotate.provider import provider_from
from gst_core.errors import AnnotationError


@pytest.mark.parametrize(
    ("typed", "base_url"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1"),
        ("http://localhost:11434/api/generate", "http://localhost:11434/v1"),
        ("https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/chat/completions/", "https://api.openai.com/v1"),
        ("https://api.openai.com/v1/models", "https://api.openai.com/v1"),
        ("https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"),
        ("https://host.example/v1beta/openai/", "https://host.example/v1beta/openai"),
        ("https://me.openai.azure.com/", "https://me.openai.azure.com/openai/v1"),
        ("https://me.openai.azure.com/openai/v1/", "https://me.openai.azure.com/openai/v1"),
    ],
)
def test_an_address_is_read_as_it_was_pasted(typed, base_url):
    assert chat_address(typed).base_url == base_url


def test_a_deployment_on_azure_keeps_its_version_and_names_the_model():
    typed = "https://me.openai.azure.com/openai/deployments/gpt-mini/chat/completions?api-version=2025-01-01-preview"
    provider = provider_from({"OPENAI_BASE_URL": typed, "OPENAI_API_KEY": "k"})
    assert provider.base_url == "https://me.openai.azure.com/openai/deployments/gpt-mini"
    assert provider.query == (("api-version", "2025-01-01-preview"),)
    assert (provider.model, provider.azure) == ("gpt-mini", True)


def test_a_deployment_without_its_version_is_refused_in_a_sentence():
    typed = "https://me.openai.azure.com/openai/deployments/gpt-mini"
    with pytest.raises(AnnotationError, match="api-version"):
        provider_from({"OPENAI_BASE_URL": typed})
