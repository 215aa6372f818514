"""Calls in the cluster, made as any of the workloads, as the gateway, and as nobody that the mesh knows."""
