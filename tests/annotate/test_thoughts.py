import pytest

from gst_core.annotate.thoughts import without_thoughts

ANSWER = '{"label": "red"}'


@pytest.mark.parametrize(
    "text",
    [
        f"<think>it may be red</think>{ANSWER}",
        f"<think>\nred? </think>\n\n{ANSWER}\n",
        f"<think></think>{ANSWER}",
        f"<thinking>a</thinking> <think>b</think> {ANSWER}",
        f'so it is {{"label": "blue"}} or not\n</think>\n{ANSWER}',
        f"<THINK>a <b> c</THINK>{ANSWER}",
        f"<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}<|return|>",
    ],
)
def test_what_is_thought_aloud_is_no_part_of_the_answer(text):
    assert without_thoughts(text) == ANSWER


@pytest.mark.parametrize(
    "text", ['<think>it is {"label": "red"} or', "<|channel|>analysis<|message|>hm, red", "<think>"]
)
def test_of_a_thought_without_an_end_nothing_is_left(text):
    assert without_thoughts(text) == ""


@pytest.mark.parametrize("text", [ANSWER, "a < b", '{"statement": "uses <b>bold</b> words"}', ""])
def test_an_answer_without_thoughts_stays_as_it_is(text):
    assert without_thoughts(text) == text
