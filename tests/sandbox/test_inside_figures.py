"""Figures come out as data and as a picture, as the student's notebook would have shown them."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.sandbox.box_of_steps import run

PLT = "import numpy as np, matplotlib.pyplot as plt\n"


def array(data: Any) -> list[Any]:
    raw = base64.b64decode(data["of"])
    return np.frombuffer(raw, data["dtype"]).reshape(data["shape"]).tolist()


def drawn(folder: Path, *cells: str, **options: Any) -> list[Any]:
    done = run(folder, *cells, ("figures", {"close": True}), ("figures", {}), **options)
    assert [answer["ended"] for answer in done.answers] == ["done"] * (len(cells) + 2), done.answers
    assert done.last["value"] == {"figures": [], "left_out": 0}
    found: list[Any] = done.answers[-2]["value"]["figures"]
    return found


def test_lines_labels_limits_and_a_picture(tmp_path: Path) -> None:
    (figure,) = drawn(
        tmp_path,
        PLT
        + "plt.figure(figsize=(4, 3))\nplt.plot([1, 2, 3], [1, 4, 9], 'r--o', label='squares')\n"
        "plt.title('Growth'); plt.xlabel('n'); plt.ylabel('n²'); plt.yscale('log'); plt.xlim(0, 5)\n"
        "plt.suptitle('All'); plt.legend(); plt.text(1, 2, 'here'); plt.axhline(2)\nplt.show()",
    )
    (axes,) = figure["axes"]
    line, horizontal = axes["lines"]
    assert (array(line["x"]), array(line["y"])) == ([1, 2, 3], [1, 4, 9])
    assert (line["label"], line["color"], line["linestyle"], line["marker"]) == (
        "squares",
        "#ff0000ff",
        "--",
        "o",
    )
    assert array(horizontal["y"]) == [2, 2]
    words = (axes["title"], axes["xlabel"], axes["ylabel"], axes["yscale"], figure["suptitle"])
    assert words == ("Growth", "n", "n²", "log", "All")
    assert (axes["xlim"], axes["legend"], figure["cell"], figure["size"]) == (
        [0, 5],
        ["squares"],
        1,
        [4, 3],
    )
    assert axes["texts"] == [{"x": 1, "y": 2, "text": "here"}]
    assert Image.open(io.BytesIO(base64.b64decode(figure["png"]))).size == (320, 240)


def test_scatters_bars_images_and_subplots(tmp_path: Path) -> None:
    (figure,) = drawn(
        tmp_path,
        PLT
        + "fig, axes = plt.subplots(2, 2)\naxes[0, 0].scatter([1, 2], [3, 4], c='k', label='points')\n"
        "axes[0, 1].bar(['u', 'v'], [5, 6], label='counts'); axes[0, 1].hist([1, 1, 2], bins=2)\n"
        "axes[1, 0].imshow(np.arange(6).reshape(2, 3)); axes[1, 0].pcolormesh([[1, 2]])\n"
        "axes[1, 1].fill_between([0, 1], [0, 1]); axes[1, 1].pie([1, 2])",
    )
    points, bars, image, others = figure["axes"]
    assert array(points["scatters"][0]["offsets"]) == [[1, 3], [2, 4]]
    assert (points["scatters"][0]["label"], points["scatters"][0]["color"]) == (
        "points",
        "#000000ff",
    )
    assert [bar["height"] for bar in bars["bars"]] == [5, 6, 2, 1]
    assert [bar["label"] for bar in bars["bars"]] == ["counts", "counts", "", ""]
    assert bars["bars"][0]["x"] + bars["bars"][0]["width"] / 2 == pytest.approx(0)
    assert image["images"][0]["shape"] == [2, 3]
    assert array(image["images"][0]["values"]) == [[0, 1, 2], [3, 4, 5]]
    assert image["others"][0]["type"] == "QuadMesh"
    assert {other["type"] for other in others["others"]} >= {"Wedge"}


def test_collections_of_lines_are_told_and_what_is_too_much_is_counted(tmp_path: Path) -> None:
    few, many = drawn(
        tmp_path,
        PLT + "from matplotlib.collections import LineCollection\nfig, ax = plt.subplots()\n"
        "ax.add_collection(LineCollection([[(0, 1), (2, 3)], [(2, 3), (4, 0)]], label='bends'))",
        "for n in range(1003): plt.plot(n, n, 'k.')",
    )
    (axes,) = few["axes"]
    (path,) = axes["paths"]
    assert [array(one) for one in path["segments"]] == [[[0, 1], [2, 3]], [[2, 3], [4, 0]]]
    assert (path["label"], axes["others"], axes["left_out"]) == ("bends", [], 0)
    (axes,) = many["axes"]
    assert (len(axes["lines"]), axes["left_out"]) == (1000, 3)


def test_each_cell_and_each_show_starts_a_new_figure_and_objects_may_go_on(tmp_path: Path) -> None:
    figures = drawn(
        tmp_path,
        PLT + "plt.plot([1]); plt.show(); plt.plot([2]); plt.show(); plt.show()",
        "fig, ax = plt.subplots(); line, = ax.plot([3], label='before')",
        "plt.plot([4]); ax.set_title('later'); line.set_label('after')",
        "plt.figure(); plt.close()",
        "%matplotlib notebook\nplt.plot([5])",
        "plt.plot([6])",
    )
    assert [figure["cell"] for figure in figures] == [1, 1, 2, 3, None]
    assert [len(figure["axes"][0]["lines"]) for figure in figures] == [1, 1, 1, 1, 2]
    assert figures[2]["axes"][0]["title"] == "later"
    assert figures[2]["axes"][0]["lines"][0]["label"] == "after"


def test_three_dimensions_polar_dates_masks_and_categories_do_not_break_it(tmp_path: Path) -> None:
    figures = drawn(
        tmp_path,
        PLT
        + "import datetime, pandas as pd\nfig = plt.figure()\nax = fig.add_subplot(projection='3d')\n"
        "ax.plot([1, 2], [3, 4], [5, 6]); ax.scatter([1], [2], [3]); ax.set_zlabel('height')\n"
        "ax.plot_surface(*np.meshgrid([0, 1], [0, 1]), np.ones((2, 2)))",
        "plt.polar([0, 1], [1, 2])",
        "plt.plot([datetime.date(2024, 1, 1), datetime.date(2024, 1, 2)], np.ma.masked_greater([1., 5.], 2))",
        "plt.plot(['a', 'b'], [1, 2])",
        "pd.Series([1, 2]).plot()",
    )
    solid, polar, dates, words, series = (figure["axes"][0] for figure in figures)
    assert [array(solid["lines"][0][axis]) for axis in "xyz"] == [[1, 2], [3, 4], [5, 6]]
    assert solid["zlabel"] == "height"
    assert array(solid["scatters"][0]["z"]) == [3]
    assert polar["kind"] == "polar"
    x, y = array(dates["lines"][0]["x"]), array(dates["lines"][0]["y"])
    assert x[1] - x[0] == 1
    assert y[0] == 1
    assert np.isnan(y[1])
    assert words["xticks"] == ["a", "b"]
    assert array(series["lines"][0]["y"]) == [1, 2]
    assert all(figure["png"] for figure in figures)


def test_figures_that_cannot_be_drawn_or_are_huge_still_tell_their_data(tmp_path: Path) -> None:
    broken, huge, hostile, *rest = drawn(
        tmp_path,
        PLT + "plt.plot([1, 2]); plt.title('$\\\\frac{$')",
        "plt.figure(figsize=(500, 400)); plt.plot(np.arange(300_000), np.arange(300_000))",
        "fig, ax = plt.subplots()\nclass Bad(type(ax.plot([1])[0])): pass\n"
        "ax.add_line(Bad([1], [2])); ax.plot([7])\ndef stop(*_, **__): raise SystemExit\n"
        "Bad.get_xdata = Bad.get_label = Bad.get_color = stop",
        "for _ in range(30): plt.figure()",
    )
    assert broken["png"] is None
    assert "cannot be drawn" in broken["why"]
    assert broken["axes"][0]["title"] == "$\\frac{$"
    assert huge["axes"][0]["lines"][0]["x"]["shape"] == [100_000]
    assert max(Image.open(io.BytesIO(base64.b64decode(huge["png"]))).size) < 4000
    assert len(hostile["axes"][0]["lines"]) == 3
    assert array(hostile["axes"][0]["lines"][2]["y"]) == [7]
    assert len(rest) == 17


def test_backends_that_need_a_screen_are_ignored(tmp_path: Path) -> None:
    (figure,) = drawn(
        tmp_path,
        "import matplotlib\nmatplotlib.use('TkAgg')\nimport matplotlib.pyplot as plt\nplt.switch_backend('QtAgg')\n"
        "for n in range(3):\n    plt.plot([n])\n    plt.pause(0.001)\nplt.show(block=True)",
        imports=("matplotlib.pyplot",),
    )
    assert len(figure["axes"][0]["lines"]) == 3


def test_figures_need_no_ipython_and_show_as_pictures_with_it(tmp_path: Path) -> None:
    (figure,) = drawn(tmp_path, PLT + "plt.plot([1, 2])\nplt.show()", ipython=False)
    assert array(figure["axes"][0]["lines"][0]["y"]) == [1, 2]
    done = run(tmp_path, PLT + "fig = plt.figure()\ndisplay(fig)\nfig")
    kinds = [item["type"] for item in done.last["value"]["shown"]]
    assert kinds == ["text/plain", "image/png"] * 2
    assert done.last["value"]["figures"] == 1


def test_matplotlib_is_not_imported_for_code_that_does_not_use_it(tmp_path: Path) -> None:
    done = run(
        tmp_path,
        "x = 1",
        ("figures", {}),
        "import sys\n'matplot' + 'lib' in sys.modules, 'numpy' in sys.modules",
    )
    assert done.answers[1]["value"]["figures"] == []
    assert done.last["value"]["result"] == "(False, False)"
