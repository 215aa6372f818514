"""Istio's objects: read as kubectl reads them, checked, explained. It knows no platform."""
