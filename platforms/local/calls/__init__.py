"""Calls in the local mesh: made as any of its workloads, and those that its proxies log."""
