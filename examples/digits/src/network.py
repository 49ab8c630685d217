"""One hidden layer, softmax, and stochastic gradient descent with momentum: nothing but NumPy."""

from pathlib import Path

import numpy as np

MOMENTUM = 0.9


class Network:
    def __init__(self, random: np.random.Generator, inputs: int, hidden: int, classes: int) -> None:
        def layer(rows: int, columns: int) -> np.ndarray:
            return random.normal(0, np.sqrt(2 / rows), (rows, columns)).astype(np.float32)

        self.weights = {
            "w1": layer(inputs, hidden),
            "b1": np.zeros(hidden, np.float32),
            "w2": layer(hidden, classes),
            "b2": np.zeros(classes, np.float32),
        }
        self._velocity = {name: np.zeros_like(weight) for name, weight in self.weights.items()}

    def learn(self, pixels: np.ndarray, digits: np.ndarray, rate: float) -> None:
        """One step of gradient descent on a batch."""
        hidden, chances = self._forward(pixels)
        # The gradient of the cross entropy by the scores is the chances, less 1 for the right digit.
        scores = chances.copy()
        scores[np.arange(len(digits)), digits] -= 1
        scores /= len(digits)
        before = (scores @ self.weights["w2"].T) * (hidden > 0)
        gradient = {
            "w1": pixels.T @ before,
            "b1": before.sum(axis=0),
            "w2": hidden.T @ scores,
            "b2": scores.sum(axis=0),
        }
        for name, weight in self.weights.items():
            self._velocity[name] = MOMENTUM * self._velocity[name] - np.float32(rate) * gradient[name]
            weight += self._velocity[name]

    def loss(self, pixels: np.ndarray, digits: np.ndarray) -> float:
        """The mean cross entropy."""
        _, chances = self._forward(pixels)
        return float(-np.log(chances[np.arange(len(digits)), digits] + 1e-9).mean())

    def accuracy(self, pixels: np.ndarray, digits: np.ndarray) -> float:
        """The share of digits that it takes for what they are."""
        _, chances = self._forward(pixels)
        return float((chances.argmax(axis=1) == digits).mean())

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **self.weights)

    def _forward(self, pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        hidden = np.maximum(pixels @ self.weights["w1"] + self.weights["b1"], 0)
        scores = hidden @ self.weights["w2"] + self.weights["b2"]
        chances = np.exp(scores - scores.max(axis=1, keepdims=True))
        return hidden, chances / chances.sum(axis=1, keepdims=True)
