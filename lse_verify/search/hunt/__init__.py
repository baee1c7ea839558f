"""The search for the input that an implementation is most wrong at."""
