"""Istio's objects, Deployments and proxies of the demo in a cluster."""
