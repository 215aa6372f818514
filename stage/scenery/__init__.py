"""What is on the stage: a demo that is up, or a recording of one."""
