"""What stands around every request: its store, the two caches, security, and the last visit."""
