"""Proofs of the claims, and the numerical evidence beside them."""
