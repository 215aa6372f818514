"""Changes of the demo: who asks for them, by what right, how a rule comes into force, and how it is proved."""
