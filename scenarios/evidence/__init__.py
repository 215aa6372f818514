"""What the clients saw, what the proxies counted, and the judgement of both."""
