"""Python's caching decorators, measured doing the work that ecached does. `measure.py` is the command."""
