"""Checks of Istio's objects, as an API server and Istio's webhook make them, in their words."""
