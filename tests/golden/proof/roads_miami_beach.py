"""The street graph base_graph_edges.gpkg: each line joins the junctions its ids name."""

import os
import sys

import _lines

path = os.path.join(sys.argv[1], 'flood_miami_beach', 'base_graph_edges.gpkg')
if not os.path.exists(path):
    print('the street graph is not there')
    sys.exit(77)
_lines.count(path, 'base_graph_edges')
