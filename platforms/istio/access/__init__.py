"""Who may call whom, and how: the policies of security.istio.io."""
