"""The web app: review for the staff, hand-in and self-check for students. Only HTTP is here.

``app`` builds it, ``pages`` is what an area of it uses, ``security`` stands in front of all areas.
It needs ``pip install "grader[web]"``.
"""
