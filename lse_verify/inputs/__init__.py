"""What implementations are run on: named families of inputs, and the user's own data."""
