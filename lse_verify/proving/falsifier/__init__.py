"""The adversary of the kernel: statements judged at random exact points in Arb."""
