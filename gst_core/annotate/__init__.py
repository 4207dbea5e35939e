"""From an instruction to labels: a label set that a language model proposes, and a sample that it labels.

`provider`      where the model is, behind an OpenAI-compatible address, and the key for it
`chat`          questions to it, with retries and a hard `budget`; `faults` is why it gave no answer
`prompts`       the questions; what a document says is data in them
`parsing`       from what came back to a class of the label set, or to nothing
`asking`        many questions at once, each of them once
`construction`  texts and an instruction -> a `label_set`
`choosing`      which texts are labelled next
`labelling`     texts and a label set -> labels with a confidence, as they come
`confidence`    how sure the model is, from the probabilities of its tokens
`rounds`        in which order a sample is labelled, so that later texts are those where the transform is unsure
`batches`       labels as they come, a few at a time
`accounting`    requests and seconds of a piece of work, kept while it runs
`agreement`     how far a person and a model agree, and what the model's labels weigh for it
`zero_shot`     guesses from the names of classes alone, without a model
`local_server`  a small model on this machine

Every answer is on disk before it is used (`gst_core.workspace.answers`), so that none is paid for twice. All of it
together is `gst_core.cli.annotate` on the command line and `gst_core.work.annotation_job` behind the pages.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
