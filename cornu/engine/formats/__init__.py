"""Formats of bytes that several rooms read or write."""
