"""OpenStreetMap files, read with the standard library: XML (gzipped or not) and PBF."""

import gzip
import struct
import xml.etree.ElementTree as ElementTree
import zlib


def read(path):
    """nodes {id: (lon, lat)}, tagged nodes {id: tags}, ways {id: (tags, refs)}, relations {id: (tags, members)}."""
    if path.endswith('.pbf'):
        return _read_pbf(path)
    return _read_xml(path)


def _read_xml(path):
    nodes, tagged, ways, relations = {}, {}, {}, {}
    opened = gzip.open(path) if path.endswith('.gz') else open(path, 'rb')
    with opened as stream:
        for _, element in ElementTree.iterparse(stream):
            if element.tag not in ('node', 'way', 'relation'):
                continue
            number = int(element.get('id'))
            tags = {t.get('k'): t.get('v') for t in element.findall('tag')}
            if element.tag == 'node':
                nodes[number] = (float(element.get('lon')), float(element.get('lat')))
                if tags:
                    tagged[number] = tags
            elif element.tag == 'way':
                ways[number] = (tags, [int(n.get('ref')) for n in element.findall('nd')])
            else:
                members = [(m.get('type'), int(m.get('ref')), m.get('role')) for m in element.findall('member')]
                relations[number] = (tags, members)
            element.clear()
    return nodes, tagged, ways, relations


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _fields(data):
    """(field number, value) of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 2:
            size, at = _varint(data, at)
            value = data[at:at + size]
            at += size
        elif kind == 1:
            value = data[at:at + 8]
            at += 8
        else:
            value = data[at:at + 4]
            at += 4
        yield key >> 3, value


def _packed(data):
    at, values = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        values.append(value)
    return values


def _signed(value):
    return (value >> 1) ^ -(value & 1)


def _running(values):
    total, sums = 0, []
    for value in values:
        total += _signed(value)
        sums.append(total)
    return sums


def _blobs(path):
    with open(path, 'rb') as stream:
        while True:
            head = stream.read(4)
            if not head:
                return
            header = dict(_fields(stream.read(struct.unpack('>I', head)[0])))
            blob = dict(_fields(stream.read(header[3])))
            if header[1] == b'OSMData':
                yield blob[1] if 1 in blob else zlib.decompress(blob[3])


def _read_pbf(path):
    nodes, tagged, ways, relations = {}, {}, {}, {}
    for block in _blobs(path):
        texts, groups, granularity, lat0, lon0 = [], [], 100, 0, 0
        for number, value in _fields(block):
            if number == 1:
                texts = [v.decode('utf-8', 'replace') for n, v in _fields(value) if n == 1]
            elif number == 2:
                groups.append(value)
            elif number == 17:
                granularity = value
            elif number == 19:
                lat0 = value
            elif number == 20:
                lon0 = value

        # Files hold seven decimals.
        def degrees(offset, value):
            return round((offset + granularity * value) * 1e-9, 7)

        def tags_of(message):
            keys = _packed(message.get(2, b''))
            values = _packed(message.get(3, b''))
            return {texts[k]: texts[v] for k, v in zip(keys, values)}

        for group in groups:
            for number, value in _fields(group):
                if number == 2:
                    dense = dict(_fields(value))
                    ids = _running(_packed(dense[1]))
                    lats = _running(_packed(dense[8]))
                    lons = _running(_packed(dense[9]))
                    keys = iter(_packed(dense.get(10, b'')))
                    for i, lat, lon in zip(ids, lats, lons):
                        nodes[i] = (degrees(lon0, lon), degrees(lat0, lat))
                        tags = {}
                        for key in keys:
                            if key == 0:
                                break
                            tags[texts[key]] = texts[next(keys)]
                        if tags:
                            tagged[i] = tags
                elif number == 1:
                    message = dict(_fields(value))
                    i = _signed(message[1])
                    nodes[i] = (degrees(lon0, _signed(message[9])), degrees(lat0, _signed(message[8])))
                    if 2 in message:
                        tagged[i] = tags_of(message)
                elif number == 3:
                    message = dict(_fields(value))
                    ways[message[1]] = (tags_of(message), _running(_packed(message.get(8, b''))))
                elif number == 4:
                    message = dict(_fields(value))
                    roles = [texts[r] for r in _packed(message.get(8, b''))]
                    refs = _running(_packed(message.get(9, b'')))
                    kinds = [('node', 'way', 'relation')[k] for k in _packed(message.get(10, b''))]
                    relations[message[1]] = (tags_of(message), list(zip(kinds, refs, roles)))
    return nodes, tagged, ways, relations
