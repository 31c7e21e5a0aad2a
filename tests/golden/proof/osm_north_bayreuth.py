"""OpenStreetMap extract north-bayreuth.osm.gz; the rules are in _drawn_power.py."""

import os
import sys

import _drawn_power
import _openstreetmap

path = os.path.join(sys.argv[1], 'roads_osm', 'north-bayreuth.osm.gz')
if not os.path.exists(path):
    print('the OpenStreetMap extract is not there')
    sys.exit(77)
_drawn_power.resolve(_drawn_power.Map(*_openstreetmap.read(path)))
