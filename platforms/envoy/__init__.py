"""Istio's objects as the Envoy configuration that istiod would make of them. It knows no platform."""
