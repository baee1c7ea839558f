"""The canonical form on random nested sums, against Arb."""
