"""The local mesh as it grows: measured at three sizes each, and drawn."""
