import threading

import pytest

from gst_core.workspace.answers import Answer, AnswerStatus, AnswerStore, AnswersUnusable


def test_nothing_is_created_before_the_first_use(tmp_path):
    store = AnswerStore(tmp_path / "deep" / "answers.sqlite")
    assert not list(tmp_path.iterdir())
    assert store.get("a") is None
    assert store.path.exists()


def test_an_answer_is_found_again_by_another_process_view_of_the_file(tmp_path):
    store = AnswerStore(tmp_path / "answers.sqlite")
    store.put("a", Answer(AnswerStatus.USABLE, "red", 0.75))
    store.put("b", Answer(AnswerStatus.MALFORMED))
    again = AnswerStore(tmp_path / "answers.sqlite")
    assert again.get("a") == Answer(AnswerStatus.USABLE, "red", 0.75)
    assert again.get("b") == Answer(AnswerStatus.MALFORMED)
    assert again.get("c") is None
    assert len(again) == 2


def test_many_threads_write_at_once(tmp_path):
    store = AnswerStore(tmp_path / "answers.sqlite")

    def write(thread):
        for i in range(10):
            store.put(f"{thread}-{i}", Answer(AnswerStatus.USABLE, str(i)))

    threads = [threading.Thread(target=write, args=(t,)) for t in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store) == 60


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "answers.sqlite").write_bytes(b"something else, and long enough to be read as a page" * 100)
    with pytest.raises(AnswersUnusable, match=r"answers\.sqlite"):
        AnswerStore(tmp_path / "answers.sqlite").get("a")
