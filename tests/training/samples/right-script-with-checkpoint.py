"""Midterm, my program for the image classifier."""
# Problem 8
# 8.1
import torch
import torchvision
from torch import nn
from torchvision import transforms as tt

MEAN = (0.4914, 0.4822, 0.4465)
STD = (0.2023, 0.1994, 0.2010)


def loaders():
    noisy = tt.Compose([tt.RandomCrop(32, padding=4), tt.RandomHorizontalFlip(0.5),
                        tt.ToTensor(), tt.Normalize(MEAN, STD)])
    clean = tt.Compose([tt.ToTensor(), tt.Normalize(MEAN, STD)])
    one = torchvision.datasets.CIFAR10("/tmp/cifar10", train=True, download=True, transform=noisy)
    two = torchvision.datasets.CIFAR10("/tmp/cifar10", train=False, download=True, transform=clean)
    return (torch.utils.data.DataLoader(one, 128, shuffle=True, num_workers=2),
            torch.utils.data.DataLoader(two, 100, num_workers=2))


# 8.2
def build():
    model = torchvision.models.resnet18(weights=None)
    model.fc = nn.Linear(512, 10)
    return model


def evaluate(model, loader):
    model.eval()
    good = seen = 0
    with torch.no_grad():
        for x, y in loader:
            good += (model(x).argmax(1) == y).sum().item()
            seen += y.numel()
    return good / seen


# 8.3
def one_epoch(model, loader, criterion, optimizer, epoch):
    model.train()
    for i, (x, y) in enumerate(loader, 1):
        optimizer.zero_grad()
        z = model(x)
        loss = criterion(z, y)
        loss.backward()
        optimizer.step()
        right = z.max(1)[1].eq(y).sum().item()
        print("epoch", epoch, "minibatch", i, "loss", round(loss.item(), 4), "accuracy", round(right / y.size(0), 4))


def main():
    trainloader, testloader = loaders()
    model = build()
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    for epoch in range(1, 6):
        one_epoch(model, trainloader, criterion, optimizer, epoch)
    torch.save(model.state_dict(), "resnet18.pt")
    print("test", evaluate(model, testloader))


if __name__ == "__main__":
    main()
