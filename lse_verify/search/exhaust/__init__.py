"""Trying every input that there is."""
