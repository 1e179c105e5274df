"""What pages and API both show, computed without a request or a template."""
