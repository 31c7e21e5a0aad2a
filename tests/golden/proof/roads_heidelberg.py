"""OpenStreetMap extract heidelberg.osm.pbf: the ways that a motor vehicle may drive.

Not counted here: the graph after chains between junctions have become stretches, and turn restrictions.
"""

import os
import sys

import _lines
import _openstreetmap

path = os.path.join(sys.argv[1], 'roads_osm', 'heidelberg.osm.pbf')
if not os.path.exists(path):
    print('the OpenStreetMap extract is not there')
    sys.exit(77)
nodes, _, ways, _ = _openstreetmap.read(path)

features = taken = segments = 0
used = set()
for tags, refs in ways.values():
    if 'highway' not in tags:
        continue
    features += 1
    road = tags['highway'].replace('_link', '') if tags['highway'] in _lines.LINKED else tags['highway']
    access = tags.get('motor_vehicle') or tags.get('vehicle') or tags.get('access') or ''
    if road != 'road' and road not in _lines.CLASSES:
        continue
    if tags.get('route') == 'ferry' or access in ('no', 'use_sidepath', 'emergency_only', 'military'):
        continue
    taken += 1
    there = [ref for ref in refs if ref in nodes]
    used.update(there)
    segments += sum(1 for a, b in zip(refs, refs[1:]) if a in nodes and b in nodes)
print('features', features)
print('features_left_out', features - taken)
print('source_vertices', len(used))
print('source_segments', segments)
