"""Trains a small network on 8×8 pixels of handwritten digits, and writes down how it went."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from chart import draw_curves
from network import Network

DATA = Path(__file__).resolve().parent.parent / "data" / "digits.csv.gz"
BATCH = 16


def main() -> None:
    chosen = arguments()
    output = Path(os.environ.get("ASSAY_OUTPUT_PATH", "output"))
    output.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(int(os.environ.get("ASSAY_SEED", "0")))
    train, test = split(random)
    print(f"{len(train[1])} digits to learn from, {len(test[1])} to be tested on", flush=True)

    network = Network(random, inputs=64, hidden=chosen.hidden, classes=10)
    stop = StopOnSignal()
    history = []
    started = time.monotonic()
    for epoch in range(1, chosen.epochs + 1):
        # A rate that sinks to a tenth lets the last epochs settle.
        rate = chosen.lr * 0.1 ** ((epoch - 1) / chosen.epochs)
        for rows in np.array_split(random.permutation(len(train[1])), len(train[1]) // BATCH):
            network.learn(train[0][rows], train[1][rows], rate)
        loss, accuracy = network.loss(*train), network.accuracy(*test)
        history.append({"epoch": epoch, "loss": loss, "accuracy": accuracy})
        report(output / "metrics.jsonl", {"step": epoch, "loss": loss, "accuracy": accuracy})
        print(f"epoch {epoch:3d}/{chosen.epochs}  loss {loss:.4f}  accuracy {accuracy:.3f}", flush=True)
        if stop.wanted:
            network.save(output / "checkpoint.npz")
            print(f"Stopped after epoch {epoch}; the weights are in checkpoint.npz.", flush=True)
            sys.exit(128 + signal.SIGTERM)

    network.save(output / "model.npz")
    draw_curves(output / "curve.png", history)
    write_metrics(output / "metrics.json", chosen, history, time.monotonic() - started)
    print(f"accuracy {history[-1]['accuracy']:.3f} on digits it has never seen", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lr", type=float, default=0.05, help="the learning rate of the first epoch")
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--hidden", type=int, default=128, help="units of the hidden layer")
    return parser.parse_args()


def split(random: np.random.Generator) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Four fifths to learn from and one to be tested on; a row is 64 pixels of 0..16 and the digit."""
    rows = random.permutation(np.loadtxt(DATA, delimiter=",", dtype=np.float32))
    pixels, digits = rows[:, :64] / 16, rows[:, 64].astype(int)
    most = len(rows) * 4 // 5
    return (pixels[:most], digits[:most]), (pixels[most:], digits[most:])


def report(path: Path, metrics: dict) -> None:
    """Assay reads the lines as they come, and draws them."""
    with path.open("a") as lines:
        lines.write(json.dumps(metrics) + "\n")


def write_metrics(path: Path, chosen: argparse.Namespace, history: list[dict], seconds: float) -> None:
    last = history[-1]
    metrics = {
        "accuracy": last["accuracy"],
        "loss": last["loss"],
        "seconds": round(seconds, 2),
        "params": vars(chosen),
        "history": history,
    }
    path.write_text(json.dumps(metrics, indent=2) + "\n")


class StopOnSignal:
    """SIGTERM comes when the experiment is cancelled, some seconds before the end."""

    def __init__(self) -> None:
        self.wanted = False
        signal.signal(signal.SIGTERM, self._remember)

    def _remember(self, *_: object) -> None:
        self.wanted = True


if __name__ == "__main__":
    main()
