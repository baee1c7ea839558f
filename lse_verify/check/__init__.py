"""Grading in the user's hands: what is required of a grade, baselines, and the smallest witness."""
