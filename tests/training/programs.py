"""Programs of students that train, and a rubric of one training; no test stands here."""

from __future__ import annotations

from grader.collect.runs.training import Training
from grader.rubric import Rubric

_RESNET = """
import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as transforms
from torch.utils.data import DataLoader

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
channels = transforms.Normalize((0.4914, 0.4822, 0.4465), (0.2023, 0.1994, 0.2010))
augmented = transforms.Compose([
    transforms.RandomCrop(32, padding=4), transforms.RandomHorizontalFlip(),
    transforms.ToTensor(), channels,
])
plain = transforms.Compose([transforms.ToTensor(), channels])


def main():
    train = torchvision.datasets.CIFAR10("./data", train=True, download=True, transform=augmented)
    test = torchvision.datasets.CIFAR10("./data", train=False, download=True, transform=plain)
    trainloader = DataLoader(train, batch_size=128, shuffle=True, num_workers=2)
    testloader = DataLoader(test, batch_size=100, shuffle=False, num_workers=2)
    net = torchvision.models.resnet18(num_classes=10)
    STEM
    net = net.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    for epoch in range(5):
        net.train()
        for batch, (images, labels) in enumerate(trainloader):
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            scores = net(images)
            loss = criterion(scores, labels)
            loss.backward()
            optimizer.step()
            share = (scores.argmax(1) == labels).float().mean().item()
            print(f"[{epoch + 1}, {batch + 1}] loss: {loss.item():.4f} accuracy: {share:.4f}")
    net.eval()
    right = 0
    with torch.no_grad():
        for images, labels in testloader:
            right += (net(images.to(device)).argmax(1).cpu() == labels).sum().item()
    print("accuracy on the test images:", right / len(test))


main()
"""
RESNET = {
    "torchvision": _RESNET.replace("    STEM\n", ""),
    "cifar": _RESNET.replace(
        "STEM", "net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()"
    ),
}


def rubric_of(kind: Training) -> Rubric:
    """A rubric of one part that asks for this training."""
    options = {name: getattr(kind, name) for name in kind.__dataclass_fields__}
    criterion = {
        "id": "ran",
        "points": 1,
        "read": {"kind": "source"},
        "compare": {"kind": "facts", "what": "code", "holds": {"call": "fit"}},
    }
    part = {
        "id": "1",
        "points": 1,
        "ask": "Train.",
        "runs": {"trained": {"kind": "training", **options}},
        "criteria": [criterion],
    }
    return Rubric.model_validate(
        {
            "assignment": "small",
            "title": "A small training",
            "run": {"runtime": "training"},
            "parts": [part],
        }
    )
