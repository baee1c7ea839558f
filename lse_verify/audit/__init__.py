"""From a plan to a ledger: cells, grading, findings, executors."""
