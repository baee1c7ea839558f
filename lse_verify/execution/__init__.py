"""Runs that survive: executors, the journal, the lock on a folder, interruption.

Nothing here knows what is run: tasks and items are whatever can be pickled.
"""
