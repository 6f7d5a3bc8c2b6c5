"""What is right: how sharp a frame is, by a measure that shares nothing with the code under test."""

import numpy

OVERLAP = 0.8  # of the clip lies in the good window
TENTH = 0.1


def tenengrad(frame):
    """The mean squared Sobel gradient of the frame at full size (Krotkov, "Focusing", IJCV 1987)."""
    pixels = frame.astype(numpy.int16)
    across = pixels[:, 2:] - pixels[:, :-2]
    across = across[:-2] + 2 * across[1:-1] + across[2:]
    down = pixels[2:] - pixels[:-2]
    down = down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]
    return float(sum(numpy.mean(numpy.square(slope, dtype=numpy.int32)) for slope in (across, down)))
