"""Remarks on valid objects, as `istioctl analyze` and the webhook's warnings make them."""
