"""The street graph wuhan_8989_edges.gpkg: each line joins the junctions its ids name."""

import os
import sys

import _lines

path = os.path.join(sys.argv[1], 'roads_wuhan', 'wuhan_8989_edges.gpkg')
if not os.path.exists(path):
    print('the street graph is not there')
    sys.exit(77)
_lines.count(path, 'edges')
