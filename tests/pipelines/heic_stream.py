"""The HEVC stream inside a HEIC, taken out for a decoder that does not know the container."""

import struct

START_CODE = b"\0\0\0\1"


def _boxes(data):
    """(type, body) of each box side by side in `data`."""
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > len(data):
            return
        yield kind, data[at + 8:at + size]
        at += size


def _child(data, wanted):
    return next((body for kind, body in _boxes(data) if kind == wanted), b"")


def _number(data, at, width):
    return int.from_bytes(data[at:at + width], "big")


def _place_of(item, iloc):
    """(offset, length) of an item that lies in the file in one piece; None for any other."""
    version, widths = iloc[0], _number(iloc, 4, 2)
    offset_width, length_width, base_width, index_width = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    at = 8 if version < 2 else 10
    for _ in range(_number(iloc, 6, at - 6)):
        number = _number(iloc, at, 2 if version < 2 else 4)
        at += 2 if version < 2 else 4
        method = 0
        if version > 0:
            method = _number(iloc, at, 2) & 15
            at += 2
        base = _number(iloc, at + 2, base_width)
        at += 2 + base_width
        pieces = _number(iloc, at, 2)
        at += 2
        if number == item:
            if method or pieces != 1:
                return None
            at += index_width if version > 0 else 0
            return base + _number(iloc, at, offset_width), _number(iloc, at + offset_width, length_width)
        at += pieces * (offset_width + length_width + (index_width if version > 0 else 0))
    return None


def _properties_of(item, iprp):
    """(type, body) of an item's properties, in their order."""
    known = list(_boxes(_child(iprp, b"ipco")))
    ipma = _child(iprp, b"ipma")
    wide = ipma[3] & 1
    at = 8
    for _ in range(_number(ipma, 4, 4)):
        width = 2 if ipma[0] < 1 else 4
        number, at = _number(ipma, at, width), at + width
        count, at = ipma[at], at + 1
        numbers = [_number(ipma, at + i * (1 + wide), 1 + wide) & (0x7FFF if wide else 0x7F) for i in range(count)]
        at += count * (1 + wide)
        if number == item:
            return [known[index - 1] for index in numbers if index]
    return []


def _parameter_sets(configuration):
    at = 23
    for _ in range(configuration[22]):
        count, at = _number(configuration, at + 1, 2), at + 3
        for _ in range(count):
            size = _number(configuration, at, 2)
            yield configuration[at + 2:at + 2 + size]
            at += 2 + size


def _slices(data):
    at = 0
    while at + 4 <= len(data):
        size = _number(data, at, 4)
        yield data[at + 4:at + 4 + size]
        at += 4 + size


def _only_tile(item, iref):
    """The one item that a grid is made of; None for a grid of several, and for an item that is no grid."""
    width = 4 if iref[:1] == b"\1" else 2
    for kind, body in _boxes(iref[4:]):
        if kind == b"dimg" and _number(body, 0, width) == item:
            return _number(body, width + 2, width) if _number(body, width, 2) == 1 else None
    return None


def of_primary_picture(path):
    """(HEVC byte stream, (width, height) or None, quarter turns anticlockwise) of the primary picture.

    The size is that of a grid of one picture, which shows its upper left part: libheif writes odd sizes in this way.
    None if it is a larger grid or mirrored, and of a file that is no HEIC.
    """
    with open(path, "rb") as file:
        whole = file.read()
    meta = _child(whole, b"meta")[4:]
    if not meta:
        return None
    primary = _number(_child(meta, b"pitm"), 4, 2)
    shown = dict(_properties_of(primary, _child(meta, b"iprp")))
    tile = _only_tile(primary, _child(meta, b"iref"))
    size = None if tile is None else (_number(shown[b"ispe"], 4, 4), _number(shown[b"ispe"], 8, 4))
    coded_item = primary if tile is None else tile
    properties = dict(_properties_of(coded_item, _child(meta, b"iprp")))
    place = _place_of(coded_item, _child(meta, b"iloc"))
    if place is None or b"hvcC" not in properties or b"imir" in shown:
        return None
    coded = whole[place[0]:place[0] + place[1]]
    units = (*_parameter_sets(properties[b"hvcC"]), *_slices(coded))
    return b"".join(START_CODE + unit for unit in units), size, shown.get(b"irot", b"\0")[0] & 3
