"""Layers that turn sound to spectra."""
