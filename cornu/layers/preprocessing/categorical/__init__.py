"""Layers that turn categories to numbers."""
