"""The simulated systems, one file each: what it can be asked, and what it does then."""
