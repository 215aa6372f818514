"""Live traffic: requests between the proofs, what their answers say, and what the proxies count meanwhile."""
