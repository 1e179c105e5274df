"""What pages and API both show, worked out without a request or a template."""
