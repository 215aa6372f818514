"""The statistics of a claim: exact binomial ranges and Wald's sequential test."""
