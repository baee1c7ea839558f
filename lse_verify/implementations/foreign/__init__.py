"""Implementations in other languages, interpreters and processes; `protocol` is what they speak."""
