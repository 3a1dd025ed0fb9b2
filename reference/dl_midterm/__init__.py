"""The maths of the deep-learning midterm: plain functions of plain arguments."""
