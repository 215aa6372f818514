"""The shapes of Istio's objects, as their custom resource definitions give them."""
