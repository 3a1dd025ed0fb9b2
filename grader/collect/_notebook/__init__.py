"""From the bytes of a notebook to cells, their outputs and the marks that other graders left."""
