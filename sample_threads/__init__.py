"""Example exports that ship with the product, with gold ideas beside them. See README.md."""
