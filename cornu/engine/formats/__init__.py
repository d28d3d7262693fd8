"""Formats of bytes and addresses that several rooms read or write."""
