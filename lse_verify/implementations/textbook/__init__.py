"""The algorithms as books print them; `library` describes them."""
