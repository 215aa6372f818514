"""The stage over HTTP: the page, the stream of pictures, and what may be asked for by whom."""
