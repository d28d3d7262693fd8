"""Layers that read text."""
