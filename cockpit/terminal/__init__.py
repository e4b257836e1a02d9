"""Light on the screen: the only package that imports textual."""
