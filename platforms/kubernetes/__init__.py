"""Bookinfo on a Kubernetes cluster with Istio: the only code that talks to a Kubernetes API."""
