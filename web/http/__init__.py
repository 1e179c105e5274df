"""What stands around every page: language, permission, safety, memory of readers and of answers."""
