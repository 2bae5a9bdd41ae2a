"""How much longer than on a quiet machine a thing may take in a test that tells slow from endless."""

BUSY = 5
"""Times: a machine that does other things takes twice as long at times, what is quadratic hundreds of times."""
