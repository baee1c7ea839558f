"""The second method: each claim by plain SymPy at fixed n."""
