"""A hand-in of our own, read once by the zygote of the reading boxes.

What reading it compiles and remembers is there for every hand-in of the class. It answers every
part in every way that readers know of, and nothing rightly: no key and no student's bytes ever
come into a zygote.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from grader.pipeline.assignment import Assignment
from grader.sandbox import Step

TASK = "grader.collect._everything:task"
_PART = """
## {id}

{ask}

**Answer:** it is 12.5 %, about 3 x 4 = 12, because the first rises and the second falls, so that
the total is U-shaped; the last stays constant. I think (b) is true and (c) is false, not a.

- (a) True, since more data help.
- (b) False: it does not depend on that.
- A -> 0.1, B: 2, C = 3/4 and D is 1.5e-3

$$p = \\frac{{1}}{{1 + e^{{-(b_0 + b_1 x)}}}} = 0.25$$, y = 3x + 2, x^2 - 2x + 1 = 0, sqrt(2) = 1.414

log(p/(1-p)) = -1 + 0.5 x; odds = exp(2) = 7.39; 5 * 7 + 1 = 36, 28 x 28 x 6 = 4704 parameters

1. First conv 3x3 with 64 filters, stride 1, padding 1, then ReLU and 2x2 max pooling, stride 2
2. Fully connected layer FC-4096, dropout 0.5, softmax over 10 classes: 4,096 * 10 + 10 weights

| Layer | Activation volume | Number of parameters |
|---|---|---|
| CONV3-8 | 32 x 32 x 8 | 3*3*3*8 + 8 = 224 |
| ReLU | (32, 32, 8) | 0 |
| POOL-2 | 16x16x8 | 0 |
| BATCHNORM | 16 x 16 x 8 | 16 |
| FLATTEN | 2048 | 0 |
| FC-10 | 10 | 20,490 |

| | S1 | S2 |
|---|---|---|
| C1 | X | |
| C2 | | X |

```python
import numpy as np
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 6, 5)
    def forward(self, x):
        return self.conv1(x)
def f(x, y=2):
    for i in range(1, 5):
        z = np.mean(x, axis=0) / (np.sqrt(y) + 1e-5)
    return z * x + y
optimizer = torch.optim.Adam(net.parameters(), lr=0.001)
print("Degree-1 MSE: " + str(np.mean([1, 2])))
```

```output
Degree-1 MSE: 1.5, accuracy: 0.91
Epoch 1/5 - loss: 0.5 - val_accuracy: 0.8
```
"""


def warming(assignment: Assignment) -> Step:
    """Return the step that reads our own hand-in to an assignment."""
    plan = json.dumps(asdict(replace(assignment.plan, program=True)), ensure_ascii=False)
    text = "".join(_PART.format(id=part.id, ask=part.ask) for part in assignment.rubric.parts)
    data = {"plan": plan, "lost": []}
    return Step(do="task", data={"task": TASK, "data": data, "files": {"warm.md": text}})
