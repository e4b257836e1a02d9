"""The server: faces on loopback sockets, with limits and faults."""
