"""Text for cells and lines: formats, styles, tables, canvases."""
