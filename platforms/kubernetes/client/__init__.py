"""One Kubernetes cluster through its API, with retries while it restarts."""
