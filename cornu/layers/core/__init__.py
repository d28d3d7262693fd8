"""Layers that most models are made of: products with weights, tables, functions, wrappers."""
