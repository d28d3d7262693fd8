"""Layers that act on the training only: noise, dropout, penalties on activity."""
