"""The mathematics, stated once in SymPy; it knows no floats."""
