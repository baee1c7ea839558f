"""Mutants: statements near true ones, put to the kernel and to the falsifier."""
