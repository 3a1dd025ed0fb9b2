"""The trusted side of boxes: starts them, talks to them, measures, bounds and kills them."""
