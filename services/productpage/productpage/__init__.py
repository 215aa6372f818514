"""Bookinfo's front page: it asks details and reviews, and shows a book."""
