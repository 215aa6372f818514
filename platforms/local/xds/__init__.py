"""The files that configure the Envoys, brought into force as a whole or not at all."""
