"""A practice company: simulated systems with messy data, a clock one can set and faults on demand."""
