"""The evidence of a run: the clients' observations, the proxies' counts, and the judgement of both."""
