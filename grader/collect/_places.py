"""Where findings stand: from lines of a transcript to the cells or pages of the file itself.

Readers count lines, whatever a file is; only at the end are they turned into what a person
would look for. The line stays with the place, for links into the transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.collect import Transcript
from grader.collect._finding import merged
from grader.model import Answer, Finding, Found, Place

Transcripts = Mapping[str, Transcript]


def placed(found: Finding, transcripts: Transcripts) -> Finding:
    """Return a finding whose places are cells and pages where its files have those."""
    if not isinstance(found, Found):
        return found
    if not any(transcripts[p.file].unit != "line" for p in _all(found) if p.file in transcripts):
        return found
    value = found.value
    if isinstance(value, Answer):
        pieces = tuple(replace(p, place=at(p.place, transcripts)) for p in value.pieces)
        value = replace(value, pieces=pieces)
    return replace(
        found,
        value=value,
        where=merged(at(place, transcripts) for place in found.where),
        others=tuple(
            other
            for rival in found.others
            if isinstance(other := placed(rival, transcripts), Found)
        ),
    )


def _all(found: Found) -> list[Place]:
    own = [p.place for p in found.value.pieces] if isinstance(found.value, Answer) else []
    return [*own, *found.where, *(p for other in found.others for p in other.where)]


def at(place: Place, transcripts: Transcripts) -> Place:
    """Return a place with its cells or pages, where its file has those."""
    transcript = transcripts.get(place.file)
    if transcript is None or transcript.unit == "line" or place.unit != "line":
        return place
    last = len(transcript.numbers) - 1
    start, end = (transcript.numbers[min(max(n - 1, 0), last)] for n in (place.start, place.end))
    return replace(place, start=start, end=max(start, end), unit=transcript.unit, line=place.start)
