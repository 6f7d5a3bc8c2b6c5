"""Colours of one set of primaries in another, computed from their chromaticities; and what a screen shows of HLG."""

import math

WHITE = (0.3127, 0.3290)  # D65
PRIMARIES = {
    "bt709": ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    "p3": ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "bt2020": ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
}


def _cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]


def _dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def _inverse(columns):
    """Of a 3x3 matrix given by its columns; the rows of the inverse."""
    a, b, c = columns
    determinant = _dot(a, _cross(b, c))
    return [[value / determinant for value in row] for row in (_cross(b, c), _cross(c, a), _cross(a, b))]


def _xyz(chromaticity):
    x, y = chromaticity
    return [x / y, 1, (1 - x - y) / y]


def _columns(name):
    """XYZ of full red, green and blue."""
    columns = [_xyz(primary) for primary in PRIMARIES[name]]
    amounts = [_dot(row, _xyz(WHITE)) for row in _inverse(columns)]
    return [[value * amount for value in column] for column, amount in zip(columns, amounts)]


def _light(value):
    """IEC 61966-2-1."""
    signal = value / 255
    return signal / 12.92 if signal <= 0.04045 else ((signal + 0.055) / 1.055) ** 2.4


def _value(light):
    light = min(max(light, 0), 1)
    return 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def srgb(colour, name):
    """What of sRGB shows an (r, g, b) of 0 to 255, given in these primaries with sRGB's curve; clipped to its gamut."""
    columns = _columns(name)
    light = [_light(value) for value in colour]
    xyz = [_dot([column[i] for column in columns], light) for i in range(3)]
    return tuple(_value(_dot(row, xyz)) for row in _inverse(_columns("bt709")))


def hlg_on_screen(value):
    """An HLG grey of 0 to 255 in sRGB, unbent: BT.2100's light on a screen of 1,000 cd/m2, of which 203 are white."""
    signal = value / 255
    scene = signal ** 2 / 3 if signal <= 0.5 else (math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return _value(1000 * scene ** 1.2 / 203)
