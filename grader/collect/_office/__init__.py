"""Office files: what kind they are, and what a Word document holds."""
