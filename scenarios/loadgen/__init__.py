"""The load generator: a program of its own on Locust that requests the page as often, and as whom, it is told.

It imports nothing of ours, runs as a child process (Locust patches its whole process) and, as an image, in a cluster.
"""
