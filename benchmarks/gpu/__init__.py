"""What a GPU does for a map, beside the CPU of the same machine: `python -m benchmarks.gpu`, see docs/gpu.md.

`parts`    what is measured, a function each
`worker`   a process in which parts run, so that one that takes too long, or all memory, ends alone
`schedule` what is measured in which order, and what no longer fits the time
`report`   the section of the page
"""
