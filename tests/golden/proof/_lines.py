"""Layers of lines in GeoPackages, read with the standard library, and what counts of their roads."""

import collections
import sqlite3
import struct

NOT_DRIVEN = {'footway', 'path', 'cycleway', 'steps', 'pedestrian', 'bridleway', 'corridor', 'platform', 'elevator',
              'construction', 'proposed', 'raceway', 'via_ferrata', 'sidewalk', 'ferry'}
CLASSES = ('motorway', 'trunk', 'primary', 'secondary', 'tertiary', 'unclassified', 'residential', 'living_street',
           'service', 'track')
LINKED = {name + '_link': name for name in CLASSES[:5]}


def class_of(value):
    """The road's class; None for what is not driven. Of a merged list of values the first counts."""
    value = (value or '').lower()
    if value.startswith("['"):
        value = value[2:].split("'")[0]
    value = LINKED.get(value, {'road': 'unclassified'}.get(value, value))
    if value in NOT_DRIVEN:
        return None
    return value if value in CLASSES else 'residential'


def points(blob):
    """The vertices of a line or of all parts of a multi-line, one after another."""
    envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
    at = 8 + envelope

    def read(at):
        order = '<' if blob[at] == 1 else '>'
        kind, count = struct.unpack_from(order + 'II', blob, at + 1)
        at += 9
        size = 3 if kind // 1000 == 1 else 2
        if kind % 1000 == 5:
            points = []
            for _ in range(count):
                part, at = read(at)
                points += part
            return points, at
        numbers = struct.unpack_from('%s%dd' % (order, size * count), blob, at)
        return [(numbers[i], numbers[i + 1]) for i in range(0, size * count, size)], at + 8 * size * count

    return read(at)[0]


def count(path, table):
    """Prints what a layer with junction ids `u` and `v` holds."""
    connection = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    columns = [row[1] for row in connection.execute('pragma table_info(%s)' % table)]
    oneway, bridge = ('"%s"' % name if name in columns else 'null' for name in ('oneway', 'bridge'))
    features = left_out = segments = stretches = bridges = 0
    edges = collections.Counter()
    parent = {}

    def root(node):
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    rows = connection.execute('select u, v, highway, %s, %s, geom from %s' % (oneway, bridge, table))
    for u, v, highway, one_way, on_bridge, blob in rows:
        features += 1
        road = class_of(highway)
        line = points(blob)
        if road is None or len(set(line)) < 2:
            left_out += 1
            continue
        stretches += 1
        segments += len(line) - 1
        directions = 1 if str(one_way).lower() in ('1', 'true', 'yes', '-1') else 2
        edges[road] += directions
        bridges += directions if on_bridge == 'yes' else 0
        parent[root(u)] = root(v)
    print('features', features)
    print('features_left_out', left_out)
    print('source_segments', segments)
    print('source_vertices', len(parent))
    print('vertices', len(parent))
    print('components', sum(1 for node in parent if root(node) == node))
    print('stretches', stretches)
    print('edges', sum(edges.values()))
    print('edges/bridge', bridges)
    for road in edges:
        print('edges/%s %d' % (road, edges[road]))
