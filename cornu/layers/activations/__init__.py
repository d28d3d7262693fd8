"""Activation functions that have settings or weights, as layers."""
