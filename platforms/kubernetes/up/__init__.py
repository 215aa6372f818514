"""The parts of a bring-up: tools, images, the kind cluster, Istio, the manifests."""
