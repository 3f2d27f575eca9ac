"""What each of the other engines makes of the same work: scripts for environments that Cascade is not installed in.

``python SCRIPT loop|chain STEPS`` prints the seconds of so many steps: of one loop, or of runs of a chain of 21. Importing,
building and a first run are not counted.
"""
