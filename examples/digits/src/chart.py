"""Two line charts side by side in a PNG, with NumPy and zlib alone."""

import struct
import zlib
from pathlib import Path

import numpy as np

WIDTH, HEIGHT = 900, 380
TOP, BOTTOM = 54, 328
INK, GRID, LOSS, ACCURACY = (60, 64, 72), (226, 229, 234), (206, 75, 54), (38, 111, 190)


def draw_curves(path: Path, history: list[dict]) -> None:
    canvas = np.full((HEIGHT, WIDTH, 3), 255, np.float32)
    epochs = [row["epoch"] for row in history]
    # Room for the tick labels is at the left of each.
    panel(canvas, (70, 430), "loss on what it learned from", epochs, [row["loss"] for row in history], LOSS)
    panel(canvas, (520, 880), "accuracy on new digits", epochs, [row["accuracy"] for row in history], ACCURACY)
    path.write_bytes(png(canvas.round().astype(np.uint8)))


def panel(
    canvas: np.ndarray,
    columns: tuple[int, int],
    title: str,
    epochs: list[int],
    values: list[float],
    colour: tuple[int, int, int],
) -> None:
    left, right = columns
    low, high, step = round_limits(min(values), max(values))

    def x(epoch: int) -> float:
        return left + (right - left) * (epoch - epochs[0]) / max(epochs[-1] - epochs[0], 1)

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)

    text(canvas, left, TOP - 32, title, INK, scale=2)
    for tick in np.arange(low, high + step / 2, step):
        line(canvas, (left, y(tick)), (right, y(tick)), GRID, width=1)
        label = f"{tick:.{decimals(step)}f}"
        text(canvas, left - 8 - text_width(label), round(y(tick)) - 3, label, INK)
    for epoch in sorted({epochs[0], epochs[len(epochs) // 2], epochs[-1]}):
        label = str(epoch)
        text(canvas, round(x(epoch)) - text_width(label) // 2, BOTTOM + 10, label, INK)
    text(canvas, (left + right - text_width("epoch")) // 2, BOTTOM + 28, "epoch", INK)
    points = [(x(epoch), y(value)) for epoch, value in zip(epochs, values)]
    for start, end in zip(points, points[1:] or points):
        line(canvas, start, end, colour, width=2.5)


def round_limits(lowest: float, highest: float) -> tuple[float, float, float]:
    """Limits and the step between ticks: 1, 2 or 5 times a power of ten, about five of them."""
    rough = max(highest - lowest, 1e-3) / 5
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return np.floor(lowest / step) * step, np.ceil(highest / step) * step, step


def decimals(step: float) -> int:
    return max(0, int(-np.floor(np.log10(step) + 1e-9)))


def line(
    canvas: np.ndarray,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: tuple[int, int, int],
    width: float,
) -> None:
    """Each pixel is covered as far as it is near the line, which makes smooth edges."""
    (x0, y0), (x1, y1) = start, end
    left, right = int(min(x0, x1) - width) - 1, int(max(x0, x1) + width) + 2
    top, bottom = int(min(y0, y1) - width) - 1, int(max(y0, y1) + width) + 2
    rows, columns = np.mgrid[top:bottom, left:right]
    length = max((x1 - x0) ** 2 + (y1 - y0) ** 2, 1e-9)
    along = np.clip(((columns - x0) * (x1 - x0) + (rows - y0) * (y1 - y0)) / length, 0, 1)
    distance = np.hypot(columns - x0 - along * (x1 - x0), rows - y0 - along * (y1 - y0))
    cover = np.clip(width / 2 + 0.5 - distance, 0, 1)[..., None]
    part = canvas[top:bottom, left:right]
    # Where lines overlap, the darker one counts: joints do not show.
    part[:] = np.minimum(part, 255 + cover * (np.array(colour) - 255))


# Five by seven dots, a number of five bits for each row.
GLYPHS = {
    letter: [int(row, 32) for row in rows]
    for letter, rows in {
        "0": "ehjhphe", "1": "4c4444e", "2": "eh1248v", "3": "v2421he", "4": "26aiv22", "5": "vgu11he",
        "6": "68guhhe", "7": "v124888", "8": "ehhehhe", "9": "ehhf12c", ".": "00000cc", " ": "0000000",
        "a": "00e1fhf", "c": "00eggge", "d": "11djhhf", "e": "00ehvge", "f": "69s8888", "g": "0fhhf1e",
        "h": "ggmphhh", "i": "40c444e", "l": "c44444e", "m": "00qllhh", "n": "00mphhh", "o": "00ehhhe",
        "p": "00uhugg", "r": "00mpggg", "s": "00ege1u", "t": "88s8896", "u": "00hhhjd", "w": "00hhlla",
        "y": "0hhhf1e",
    }.items()
}


def text(
    canvas: np.ndarray, left: int, top: int, words: str, colour: tuple[int, int, int], scale: int = 1
) -> None:
    for index, letter in enumerate(words):
        for row, bits in enumerate(GLYPHS[letter]):
            for column in range(5):
                if bits >> (4 - column) & 1:
                    y, x = top + row * scale, left + (index * 6 + column) * scale
                    canvas[y : y + scale, x : x + scale] = colour


def text_width(words: str) -> int:
    return len(words) * 6 - 1


def png(pixels: np.ndarray) -> bytes:
    height, width, _ = pixels.shape
    # Every row begins with the number of its filter: 0, none.
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
