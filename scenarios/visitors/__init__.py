"""The visitors: a program of its own on Locust, which asks for the page as often, and as whom, it is told.

It imports nothing of ours, runs as a child process (Locust patches all of its process) and, as an image, in a cluster.
"""
