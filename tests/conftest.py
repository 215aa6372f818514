"""What every test starts from."""

import signal

from hypothesis import settings

# Whoever runs the tests in the background has Ctrl-C and hang-ups ignored, and every command that a test starts would
# inherit that: the tests that stop a command would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A property that takes its time on a busy machine holds all the same.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
