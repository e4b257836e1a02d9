"""Stagger: an order cut over venues and time."""
