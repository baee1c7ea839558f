"""What is timed, a file a way of computing; each is imported when it is asked for."""
