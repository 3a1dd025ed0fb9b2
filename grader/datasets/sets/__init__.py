"""The kinds of data sets, one file for each."""
