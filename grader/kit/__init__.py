"""Kits: what students check their own hand-in with, on their own machine, without any key.

``making`` packs one, ``opening`` opens it, ``reading`` reads a hand-in with it, ``trying`` runs
public checks on the student's own objects, ``notebook`` is what works inside a notebook.
"""
