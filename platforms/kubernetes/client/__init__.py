"""One Kubernetes cluster through its API, with patience while it restarts."""
