"""What gunicorn serves: productpage with the environment's settings."""

from __future__ import annotations

import os
import sys

from productpage.app import create_app
from productpage.settings import Settings, SettingsError

try:
    app = create_app(Settings.from_environment(os.environ))
except SettingsError as error:
    sys.exit(f"productpage: {error}")
