"""How good the embeddings are: metrics, dataset readers, baselines and the benchmark's table."""
