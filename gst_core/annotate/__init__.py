"""From an instruction to labels: a label set that a language model proposes, and a sample that it labels.

`provider`      the model behind an OpenAI-compatible address, with retries and a hard `budget`
`answers`       every answer on disk before it is used, so that none is paid for twice
`prompts`       the questions; what a document says is data in them
`parsing`       from what came back to a class of the label set, or to nothing
`asking`        many questions at once, each of them once
`construction`  texts and an instruction -> a `label_set`
`labelling`     texts and a label set -> labels with a confidence, as they come
`rounds`        in which order a sample is labelled, so that later texts are those where the transform is unsure
`batches`       labels as they come, a few at a time
`accounting`    requests and seconds of a piece of work, kept while it runs
`command`       all of it on the command line; `gst_core.work.annotation_job` is all of it behind the pages
`local_server`  a small model on this machine

Nothing is imported here: the workspace uses `answers` and `label_set`, and the other modules use the workspace.
"""
