"""The kit: what venue adapters share."""
