"""The embedded mesh: real processes behind real Envoy proxies, without Docker and without a cluster."""
