"""The workloads' models in plain PyTorch, eager, with the loop its users write."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from harness.workloads import TOKENS, WORKLOADS


class Lstm(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, 128)
        self.lstm = nn.LSTM(128, 64, batch_first=True)
        self.head = nn.Linear(64, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sequence, _ = self.lstm(self.embedding(x))
        return self.head(sequence[:, -1])


class Residual(nn.Module):
    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, filters, 3, stride, 1, bias=False),
            nn.BatchNorm2d(filters),
            nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False),
            nn.BatchNorm2d(filters),
        )
        self.shortcut = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels, filters, 1, stride, bias=False), nn.BatchNorm2d(filters)
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.body(x) + self.shortcut(x))


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(128, 4, batch_first=True)
        self.hidden = nn.Sequential(nn.Linear(128, 512), nn.ReLU(), nn.Linear(512, 128))
        self.first, self.second = nn.LayerNorm(128), nn.LayerNorm(128)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        attended, _ = self.attention(x, x, x, need_weights=False)
        x = self.first(x + self.dropout(attended))
        return self.second(x + self.dropout(self.hidden(x)))


class Transformer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, 128)
        self.positions = nn.Parameter(torch.zeros(128, 128))
        self.blocks = nn.Sequential(Block(), Block())
        self.head = nn.Linear(128, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.blocks(self.embedding(x) + self.positions)
        return self.head(x.mean(dim=1))


def mlp_small() -> nn.Module:
    return nn.Sequential(nn.Linear(8, 12), nn.ReLU(), nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))


def mlp_mnist() -> nn.Module:
    return nn.Sequential(
        nn.Linear(784, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 512),
        nn.ReLU(),
        nn.Dropout(0.2),
        nn.Linear(512, 10),
    )


def cnn_mnist() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(1600, 10),
    )


def resnet_cifar() -> nn.Module:
    stem = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    body = [Residual(16, 16, 1) for _ in range(3)]
    for filters in (32, 64):
        body += [Residual(filters // 2, filters, 2)]
        body += [Residual(filters, filters, 1) for _ in range(2)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*stem, *body, *head)


MODELS = {
    "mlp_small": mlp_small,
    "mlp_mnist": mlp_mnist,
    "cnn_mnist": cnn_mnist,
    "lstm_imdb": Lstm,
    "resnet_cifar": resnet_cifar,
    "transformer": Transformer,
}


class TorchRunner:
    """One workload in PyTorch: an epoch of training, and prediction."""

    def __init__(self, name: str) -> None:
        self.workload = WORKLOADS[name]
        self.model = MODELS[name]()
        self.optimizer = torch.optim.Adam(self.model.parameters())
        self.two_way = self.workload.classes == 1
        self.loss = nn.BCEWithLogitsLoss() if self.two_way else nn.CrossEntropyLoss()

    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def load(self, x: np.ndarray, y: np.ndarray) -> None:
        if x.ndim == 4:
            x = np.ascontiguousarray(x.transpose(0, 3, 1, 2))
        self.x = torch.from_numpy(x)
        self.y = torch.from_numpy(y.astype("float32") if self.two_way else y.astype("int64"))

    def train(self) -> float:
        """Train for one epoch over shuffled batches and return the mean loss."""
        size, correct, total = self.workload.batch_size, 0, 0.0
        self.model.train()
        order = torch.randperm(len(self.x))
        for batch in order.split(size):
            x, y = self.x[batch], self.y[batch]
            self.optimizer.zero_grad()
            outputs = self.model(x)
            outputs = outputs.squeeze(-1) if self.two_way else outputs
            loss = self.loss(outputs, y)
            loss.backward()
            self.optimizer.step()
            guess = outputs.detach() > 0 if self.two_way else outputs.detach().argmax(-1)
            correct += (guess == y).sum()
            total += loss.detach()
        return float(total) * size / len(self.x)

    def predict(self) -> None:
        self.model.eval()
        with torch.inference_mode():
            activate = torch.sigmoid if self.two_way else lambda z: torch.softmax(z, -1)
            batches = self.x.split(self.workload.batch_size)
            torch.cat([activate(self.model(batch)) for batch in batches]).numpy()
