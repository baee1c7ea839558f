"""How fast: truth beside other ways to it, measured side by side in one run."""
