"""Pretrained weights without a network: the instructor's file, or random ones, and it is said."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("torchvision", reason="torchvision is not installed")

WAYS = """
import torch, warnings
from torchvision import models
warnings.simplefilter('ignore')
torch.manual_seed(0)
before = torch.rand(1)
torch.manual_seed(0)
url = 'https://download.pytorch.org/models/resnet18-f37072fd.pth'
own = torch.hub.load_state_dict_from_url(url, progress=False, check_hash=True, weights_only=True)
print(torch.equal(before, torch.rand(1)))
nets = [
    models.resnet18(weights='DEFAULT'),
    models.resnet18(weights='IMAGENET1K_V1'),
    models.resnet18(weights=models.ResNet18_Weights.DEFAULT),
    models.resnet18(pretrained=True),
    models.get_model('resnet18', weights='DEFAULT'),
    torch.hub.load('pytorch/vision:v0.10.0', 'resnet18', pretrained=True, verbose=False),
]
for net in nets:
    print(all(torch.equal(a, own[key]) for key, a in net.state_dict().items()))
print(nets[0].bn1.running_var.unique().tolist(), nets[0].eval()(torch.randn(2, 3, 64, 64)).std() < 50)
print(torch.equal(models.resnet18(weights=None).conv1.weight, own['conv1.weight']))
regnet = models.regnet_y_400mf(weights='DEFAULT')
for asked in (
    lambda: torch.hub.load_state_dict_from_url('https://example.org/mine-0123abcd.pth'),
    lambda: torch.hub.load('someone/hers', 'net'),
):
    try:
        asked()
    except RuntimeError as error:
        print(error)
for note in notes():
    print(note['says'])
"""


def test_weights_are_random_by_a_seed_and_it_is_said(program) -> None:
    said = program(WAYS, seed=3).splitlines()
    assert said[:9] == ["True"] * 7 + ["[1.0] tensor(True)", "False"]
    assert said[9].startswith("the file of weights mine-0123abcd.pth is not here")
    assert said[10].startswith("the model net of someone/hers is not here")
    assert said[11] == "resnet18-f37072fd.pth: random, by seed 3"
    assert len(said) == 13


def test_other_seeds_give_other_weights(program) -> None:
    source = """
from torchvision import models
print(models.resnet18(weights='DEFAULT').conv1.weight.sum().item())
"""
    assert program(source, seed=1) != program(source, seed=2)


def test_the_instructors_file_is_taken(program, tmp_path: Path) -> None:
    import torchvision

    folder = tmp_path / "weights"
    folder.mkdir()
    state = torchvision.models.resnet18(weights=None).state_dict()
    state["conv1.weight"] = torch.full_like(state["conv1.weight"], 0.25)
    torch.save(state, folder / "resnet18-f37072fd.pth")
    source = """
from torchvision import models
print(models.resnet18(weights='DEFAULT').conv1.weight.unique().tolist())
print(notes())
"""
    said = program(source, weights=str(folder)).splitlines()
    assert said[0] == "[0.25]"
    assert "from the instructor's folder" in said[1]


def test_a_file_that_would_run_code_does_not(program, tmp_path: Path) -> None:
    import pickle

    class Bomb:
        def __reduce__(self):
            return print, ("it went off",)

    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "resnet18-f37072fd.pth").write_bytes(pickle.dumps(Bomb()))
    source = """
from torchvision import models
try:
    models.resnet18(weights='DEFAULT')
except Exception as error:
    print(type(error).__name__)
"""
    assert program(source, weights=str(folder)) == "UnpicklingError\n"
