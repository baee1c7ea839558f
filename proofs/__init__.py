"""The proofs: one file a theorem, in the vocabulary of ``lse_verify.theory.kernel``."""
