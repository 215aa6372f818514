"""What a claim is, and what chance allows: exact binomial ranges and Wald's sequential test."""
