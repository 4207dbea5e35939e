"""Texts become cached views: encoders, batches, the store on disk, layer views and class names."""
