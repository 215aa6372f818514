"""What the webhook has against ServiceEntries."""
