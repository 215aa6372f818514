"""Istio objects as the Envoy configuration that istiod would make of them, purely; and what of them is refused."""
