"""Long walks through a lens' labels, beside a model of what they should be: labels, classes, undo, redo, restarts."""

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gst_core import Workspace, WorkspaceError, read_corpus
from tests.corpus.test_corpus import file

DOCUMENTS = 4
NAMES = ("good", "bad", "so so", "Good", "नया", "🙂")
documents = st.integers(0, DOCUMENTS - 1)
names = st.sampled_from(NAMES)
people = st.sampled_from(("human", "human", "llm"))


@dataclass
class Step:
    """What one actor did at once: what each (document, who) was before and after."""

    actor: str
    changed: dict
    undone: int = 0


@dataclass
class Model:
    """What is said of the documents, the classes, and the steps that led there."""

    labels: dict = field(default_factory=dict)
    classes: set = field(default_factory=lambda: {"good", "bad"})
    steps: list = field(default_factory=list)

    def change(self, actor, wanted):
        """Let an actor say what is wanted; return how many labels change."""
        changed = {k: (self.labels.get(k), v) for k, v in wanted.items() if self.labels.get(k) != v}
        if changed:
            self.steps = [s for s in self.steps if not (s.undone and s.actor == actor)] + [Step(actor, changed)]
            for key, (_, after) in changed.items():
                self.write(key, after)
        return len(changed)

    def write(self, key, value):
        """Say something of a document; its class is there from now on."""
        self.labels.pop(key, None)
        if value is not None:
            self.labels[key] = value
            self.classes.add(value)

    def travel(self, step, back):
        """Undo or redo a step where nothing else was said since; return how many labels change."""
        count = 0
        for key, (before, after) in step.changed.items():
            expected, wanted = (after, before) if back else (before, after)
            if self.labels.get(key) == expected:
                self.write(key, wanted)
                count += 1
        return count

    def undo(self):
        """Take back the person's last step, or the model's if there is none."""
        for actor in ("human", "llm"):
            done = [s for s in self.steps if s.actor == actor and not s.undone]
            if done:
                done[-1].undone = 1 + max(s.undone for s in self.steps)
                return self.travel(done[-1], back=True)
        return 0

    def redo(self):
        """Do again what was undone last."""
        undone = [s for s in self.steps if s.undone]
        if not undone:
            return 0
        step = max(undone, key=lambda s: s.undone)
        step.undone = 0
        return self.travel(step, back=False)

    def move(self, old, new):
        """Give everybody's labels of a class another, or none."""
        self.change("human", {k: new for k, v in self.labels.items() if v == old})
        self.classes.discard(old)

    def rename(self, old, new):
        """Rename a class now and in the past."""
        self.labels = {k: new if v == old else v for k, v in self.labels.items()}
        self.classes = {new if c == old else c for c in self.classes}
        for step in self.steps:
            step.changed = {k: tuple(new if v == old else v for v in both) for k, both in step.changed.items()}


class Walk(RuleBasedStateMachine):
    """One lens, on which a person and a model label, rename, merge, delete and undo."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.workspace = Workspace(Path(self.folder.name))
        corpus = read_corpus(file("text\n" + "\n".join(f"text number {i}" for i in range(DOCUMENTS))))
        self.ids = corpus.ids
        entry = self.workspace.add_corpus(corpus)
        self.lens = self.workspace.add_lens(entry.id, "how it feels", classes=["good", "bad"]).id
        self.model = Model()

    def teardown(self):
        if hasattr(self, "folder"):
            self.folder.cleanup()

    @rule(said=st.dictionaries(documents, st.none() | names, min_size=1), who=people)
    def label(self, said, who):
        wanted = {(self.ids[d], who): name for d, name in said.items()}
        count = self.workspace.set_labels(self.lens, {self.ids[d]: name for d, name in said.items()}, who)
        assert count == self.model.change(who, wanted)

    @rule(name=names)
    def add(self, name):
        assert self.workspace.add_class(self.lens, name) == name
        self.model.classes.add(name)

    @rule(old=names, new=names)
    def rename(self, old, new):
        if old not in self.model.classes and old != new:
            with pytest.raises(WorkspaceError):
                self.workspace.rename_class(self.lens, old, new)
            return
        self.workspace.rename_class(self.lens, old, new)
        if old == new:
            return
        if new in self.model.classes:
            self.model.move(old, new)
        else:
            self.model.rename(old, new)

    @rule(name=names)
    def delete(self, name):
        if name not in self.model.classes:
            with pytest.raises(WorkspaceError):
                self.workspace.delete_class(self.lens, name)
            return
        self.workspace.delete_class(self.lens, name)
        self.model.move(name, None)

    @rule(which=st.sets(documents, min_size=1))
    def take_away(self, which):
        counting = {}
        for document, who in self.model.labels:
            counting[document] = "human" if who == "human" else counting.get(document, who)
        gone = {(self.ids[d], counting[self.ids[d]]): None for d in which if self.ids[d] in counting}
        count = self.workspace.remove_labels(self.lens, [self.ids[d] for d in which])
        assert count == self.model.change("human", gone)

    @rule()
    def undo(self):
        assert self.workspace.undo(self.lens) == self.model.undo()

    @precondition(lambda self: any(s.undone for s in self.model.steps))
    @rule()
    def redo(self):
        assert self.workspace.redo(self.lens) == self.model.redo()

    @rule()
    def restart(self):
        self.workspace = Workspace(Path(self.folder.name))

    @invariant()
    def nothing_differs_from_the_model(self):
        if not hasattr(self, "model"):
            return
        said = {(x.document, x.who): x.class_name for x in self.workspace.labels(self.lens)}
        assert said == self.model.labels
        assert set(self.workspace.lens(self.lens).classes) == self.model.classes
        state = self.workspace.history(self.lens)
        done = sum(not s.undone for s in self.model.steps)
        assert (state.undo, state.redo) == (done, len(self.model.steps) - done)


@pytest.mark.timeout(3_600)
@pytest.mark.long
def test_a_walk_through_labels_and_steps_ends_where_it_should(request):
    long = request.config.getoption("--long")
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=200 if long else 8,
            stateful_step_count=60 if long else 30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
