"""Values under names: choices, lists with keys, mappings, labels in order, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.authoring.writing.numbers import decimal

_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -")


def choice(options: Mapping[str, Any], value: Any) -> list[str]:
    """Return a choice in many words.

    >>> choice({"options": {"Red": ["red"], "Green": ["green"]}}, "Red")[:3]
    ['red', 'Red', 'Red.']
    """
    name = value if isinstance(value, str) else value[0]
    named = [w.removesuffix("*").replace("_", " ") for w in options["options"][name]]
    words = [w for w in named if set(w) <= _PLAIN and len(w) > 1]
    if not words:
        raise ValueError("no plain word names this option")
    one = words[0]
    big = one[:1].upper() + one[1:]
    own = [one, big, f"{big}.", f"**{big}**", f"Answer: {one}", f"It is {one}.", one.upper()]
    own += [f"The answer is {one}.", f"`{one}`", f"→ {one}", f"I choose {one}.", f"= {one}"]
    own += [f'"{one}"', f"({one})", f"{one}!", f"*{one}*", f"- {one}", f"So {one}."]
    own += [f"Therefore the answer is {one}.", f"Result: {one}", f"{big}\n", f"my answer: {big}"]
    return own


def listed(options: Mapping[str, Any], value: Any) -> list[str]:
    """Return numbers in the order of their keys."""
    said = [decimal(v) for v in value]
    keys = list(options.get("keys", ())) or [str(at) for at in range(1, len(said) + 1)]
    pairs = list(zip(keys, said, strict=True))
    about = next(iter(options.get("near", ())), "value")
    return [
        "\n".join(f"{k}: {v}" for k, v in pairs),
        "\n".join(f"{k} = {v}" for k, v in pairs),
        "\n".join(f"- {k}: {v}" for k, v in pairs),
        "\n".join(f"- **{k}**: {v}" for k, v in pairs),
        "\n".join(f"* {k} -> {v}" for k, v in pairs),
        "\n".join(f"{k} → {v}" for k, v in pairs),
        "\n".join(f"{k} ≈ {v}" for k, v in pairs),
        "\n".join(f"{k}: ${v}$" for k, v in pairs),
        "\n\n".join(f"{k}: {v}" for k, v in pairs),
        ", ".join(f"{k}: {v}" for k, v in pairs),
        ", ".join(f"{k} = {v}" for k, v in pairs),
        "; ".join(f"{k}: {v}" for k, v in pairs),
        ", ".join(said),
        "[" + ", ".join(said) + "]",
        "(" + ", ".join(said) + ")",
        "; ".join(said),
        "\n".join(said),
        "\n".join(f"{at}. {v}" for at, v in enumerate(said, start=1)),
        "\n".join([f"| key | {about} |", "|---|---|", *(f"| {k} | {v} |" for k, v in pairs)]),
        "\n".join([f"key,{about}", *(f"{k},{v}" for k, v in pairs)]),
        "\n".join(f"{k}\t{v}" for k, v in pairs),
    ]


def mapping(options: Mapping[str, Any], value: Any) -> list[str]:
    """Return a mapping from keys to words or numbers."""
    said = {
        k: v if isinstance(v, str) else decimal(v) for k, v in value.items() if k in options["keys"]
    }
    pairs = list(said.items())
    return [
        "\n".join(f"{k}: {v}" for k, v in pairs),
        ", ".join(f"{k}: {v}" for k, v in pairs),
        ", ".join(f"{k} = {v}" for k, v in pairs),
        "; ".join(f"{k} → {v}" for k, v in pairs),
        "\n".join(f"- {k}: {v}" for k, v in pairs),
        "\n".join(f"- **{k}**: {v}" for k, v in pairs),
        "\n".join(f"{k} = {v}" for k, v in pairs),
        "\n".join(f"({k}) {v}" for k, v in pairs),
        ", ".join(f"{k} -> {v}" for k, v in pairs),
        "\n\n".join(f"{k}: {v}" for k, v in pairs),
        "\n".join(["| key | value |", "|---|---|", *(f"| {k} | {v} |" for k, v in pairs)]),
        "\n".join(f"{k}: {v}" for k, v in reversed(pairs)),
        ", ".join(f"{k}={v}" for k, v in pairs),
        "\n".join(f"{k} is {v}" for k, v in pairs),
    ]


def rankings(options: Mapping[str, Any], value: Sequence[str]) -> list[str]:
    """Return labels of one subject, the shortest first."""
    who, labels = options["subject"], list(value)
    head = "".join(f" {at} |" for at in range(1, len(labels) + 1))
    rule = "---|" * (len(labels) + 1)
    return [
        f"{who}: {', '.join(labels)}",
        f"{who} = {', '.join(labels)}",
        f"{who}: {'; '.join(labels)}",
        f"{who} -> {', '.join(labels)}",
        f"{who} → {', '.join(labels)}",
        f"**{who}**: {', '.join(labels)}",
        f"- {who}: {', '.join(labels)}",
        f"Image {who}: {', '.join(labels)}",
        f"{who}: {' | '.join(labels)}",
        f"{who}: [{', '.join(labels)}]",
        f"{who}: ({', '.join(labels)})",
        f"| |{head}\n|{rule}\n| {who} | {' | '.join(labels)} |",
        f"{who}:\n" + "\n".join(f"- {label}" for label in labels),
        f"{who}:\n" + "\n".join(f"Nearest-{at}: {x}" for at, x in enumerate(labels, start=1)),
        f"{who}: " + ", ".join(f'"{label}"' for label in labels),
    ]


def truths(_options: Mapping[str, Any], value: Mapping[str, Any]) -> list[str]:
    """Return a verdict on each statement."""
    made = []
    for yes, no in (("true", "false"), ("True", "False"), ("T", "F"), ("yes", "no"),
                    ("correct", "incorrect"), ("right", "wrong")):  # fmt: skip
        pairs = [(k, yes if held else no) for k, held in value.items()]
        made.append("\n".join(f"{k}: {v}" for k, v in pairs))
        made.append(", ".join(f"{k}) {v}" for k, v in pairs))
        made.append("\n".join(f"({k}) {v}" for k, v in pairs))
    pairs = [(k, "true" if held else "false") for k, held in value.items()]
    made.append(
        "\n".join(["| statement | verdict |", "|---|---|", *(f"| {k} | {v} |" for k, v in pairs)])
    )
    made.append("\n".join(f"- **{k}**: {v}" for k, v in pairs))
    made.append("; ".join(f"{k} is {v}" for k, v in pairs))
    return made
