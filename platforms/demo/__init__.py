"""One demo of this machine, on whichever platform: its run folder, its journal, its status."""
