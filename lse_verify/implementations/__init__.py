"""What is graded: the textbook algorithms, one adapter a library, and the user's own code."""
