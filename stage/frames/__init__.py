"""The real page, for two end users at once: fetched by the stage under sessions of its own, and shown in frames."""
