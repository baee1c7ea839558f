"""Implementations in C and C++: compiled from the package's sources, or called where they are."""
