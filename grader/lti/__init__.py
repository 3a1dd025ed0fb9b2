"""LTI 1.3 Advantage, the tool's side: launches, deep links, line items, scores, members.

Plain functions from requests to responses, so that any web framework can mount them. Nothing here
reads the gradebook: marks come in as ``grader.export.Marks``, and members go out as rows.
What a platform sends is hostile until its signature, its issuer, its audience, its time, its
nonce and the browser that brings it are all as they were asked for.
"""
