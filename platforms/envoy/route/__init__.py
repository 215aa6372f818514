"""VirtualServices as Envoy's route configurations."""
