"""Nielsen and Sun's bounds of the divergence of Gaussian mixtures, against rigorous integrals."""
