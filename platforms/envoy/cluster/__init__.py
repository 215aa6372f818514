"""DestinationRules as Envoy's clusters."""
