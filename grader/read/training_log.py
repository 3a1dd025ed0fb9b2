"""What training printed: epochs, losses and accuracies, parameter counts, failures.

The value is plain data: ``epochs`` (number, metrics), ``last_epoch``, ``batches`` (lines that
tell of single minibatches), ``params`` (total, trainable, non_trainable), ``errors``,
``warnings``, ``shapes`` (printed tuples), ``final`` metrics, ``best_accuracy``, ``lowest_loss``,
and what ``_log_signs`` finds. ``checks`` tells what does not fit together: a list of ``{check,
says, values}``, here of the log with itself; the ``source`` reader checks it with the code too.
Accuracies are shares of one.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Answer, Finding, Found, Missing
from grader.read import readers
from grader.read._log import log
from grader.read._log_checks import checks

_MOST_SIGNS = 100_000


@readers.register
@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingLog:
    """No options.

    >>> from grader.model import Piece, Place
    >>> here = Place(file="a", start=1, end=1)
    >>> piece = Piece(kind="output", text="Epoch 1: loss 0.5", place=here)
    >>> TrainingLog().read(Answer(pieces=(piece,))).value["last_epoch"]
    1
    """

    def read(self, answer: Answer) -> Finding:
        """Return what all printed and told lines say."""
        pieces = [piece for piece in answer.pieces if piece.kind not in ("code", "image")]
        found = log("\n".join(piece.text for piece in pieces)[:_MOST_SIGNS])
        told = ("epochs", "params", "errors", "shapes", "final")
        if not any(found[key] for key in told) and not found["batches"]["count"]:
            lost = bool(answer.lost or answer.of("image"))
            return Missing(
                why="no output of training was found",
                doubt="the output may stand in an image" if lost else "",
            )
        return Found(
            value={**found, "checks": checks(found)},
            where=tuple(dict.fromkeys(p.place for p in pieces)),
            quote=_quote(found),
        )


def _quote(found: dict[str, object]) -> str:
    parts = []
    if found["last_epoch"]:
        parts.append(f"epoch {found['last_epoch']}")
    final = found["final"]
    if isinstance(final, dict):
        parts += [f"{name} {value}" for name, value in final.items()]
    return ", ".join(parts)[:300]
