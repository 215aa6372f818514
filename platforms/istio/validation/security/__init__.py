"""The webhook's complaints about mTLS and authorization."""
