"""A strict reader of TensorBoard's events files, independent of the writer under test: standard library only.

Checks the framing and both checksums of every record with a bit-by-bit CRC-32C, decodes the protobuf wire format by hand, refuses
any field that event.proto and summary.proto do not have, and prints one JSON object a record.
"""
import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        for bit in range(8):
            mix = (crc ^ (byte >> bit)) & 1
            crc = (crc >> 1) ^ (0x82F63B78 if mix else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283  # check value of CRC-32/ISCSI
assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        assert shift <= 70
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif wire == 2:
            size, at = varint(data, at)
            assert at + size <= len(data)
            value, at = data[at : at + size], at + size
        elif wire == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            raise ValueError(f"wire type {wire}")
        yield number, wire, value


def message(data, schema):
    out = {}
    for number, wire, value in fields(data):
        name, kind, convert = schema[number]
        assert wire == kind, (name, wire)
        value = convert(value)
        if name.endswith("[]"):
            out.setdefault(name[:-2], []).append(value)
        else:
            assert name not in out, name
            out[name] = value
    return out


def text(value):
    return value.decode("utf-8")


IMAGE = {1: ("height", 0, int), 2: ("width", 0, int), 3: ("colorspace", 0, int), 4: ("png", 2, bytes.hex)}
VALUE = {1: ("tag", 2, text), 2: ("simple_value", 5, repr), 4: ("image", 2, lambda v: message(v, IMAGE))}
SUMMARY = {1: ("value[]", 2, lambda v: message(v, VALUE))}
SESSION = {1: ("status", 0, int)}
EVENT = {
    1: ("wall_time", 1, float),
    2: ("step", 0, int),
    3: ("file_version", 2, text),
    5: ("summary", 2, lambda v: message(v, SUMMARY)),
    7: ("session_log", 2, lambda v: message(v, SESSION)),
}

with open(sys.argv[1], "rb") as file:
    content = file.read()
at = 0
while at < len(content):
    (length,) = struct.unpack_from("<Q", content, at)
    (length_crc,) = struct.unpack_from("<I", content, at + 8)
    assert length_crc == masked(content[at : at + 8])
    data = content[at + 12 : at + 12 + length]
    (data_crc,) = struct.unpack_from("<I", content, at + 12 + length)
    assert data_crc == masked(data)
    at += 12 + length + 4
    print(json.dumps(message(data, EVENT)))
