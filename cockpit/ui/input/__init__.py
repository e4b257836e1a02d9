"""From keys and commands to actions."""
