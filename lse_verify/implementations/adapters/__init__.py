"""One file a library: what it offers, as data, and how it is called."""
