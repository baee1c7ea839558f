"""Can I trust this LogSumExp? Float implementations graded against certified truth."""
