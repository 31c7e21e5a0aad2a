"""The made town of 3,000 usage points, seed 7, as it is written for other programs: its tables read with SQLite
alone. Feeders are told apart by who is reached from their first node over what stands closed."""

import collections
import math
import os
import sqlite3
import sys

from _lines import points

EARTH_RADIUS_KM = 6371.0088


def kilometres(line):
    sum_km = 0
    for (x1, y1), (x2, y2) in zip(line, line[1:]):
        x1, y1, x2, y2 = (math.radians(value) for value in (x1, y1, x2, y2))
        a = math.sin((y2 - y1) / 2) ** 2 + math.cos(y1) * math.cos(y2) * math.sin((x2 - x1) / 2) ** 2
        sum_km += 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(a))
    return sum_km


def reach(neighbours, start):
    seen, queue = {start}, collections.deque([start])
    while queue:
        for other in neighbours[queue.popleft()]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


def rows(connection, table, *columns):
    return connection.execute('select %s from %s' % (', '.join(columns), table)).fetchall()


def main(path):
    connection = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    lines = rows(connection, 'lines', 'kind', 'from_node', 'to_node', 'geom')
    switches = rows(connection, 'switches', 'kind', 'from_node', 'to_node', 'normally_open')
    transformers = rows(connection, 'transformers', 'from_node', 'to_node')
    usage_points = rows(connection, 'usage_points', 'node', 'customers')
    feeders = rows(connection, 'feeders', 'mrid', 'source_node')
    substations = rows(connection, 'substations', 'mrid')

    devices = [(kind, a, b, False) for kind, a, b, _ in lines]
    devices += [(kind, a, b, bool(is_open)) for kind, a, b, is_open in switches]
    devices += [('power_transformer', a, b, False) for a, b in transformers]
    neighbours = collections.defaultdict(set)
    for _, a, b, is_open in devices:
        neighbours[a], neighbours[b]
        if not is_open:
            neighbours[a].add(b)
            neighbours[b].add(a)

    figures = {'features': len(devices) + len(usage_points) + len(feeders) + len(substations),
               'substations': len(substations), 'feeders': len(feeders), 'devices': len(devices),
               'connectivity_nodes': len(neighbours)}
    for kind, count in collections.Counter(device[0] for device in devices).items():
        figures[kind] = count
        figures[kind + '_normally_open'] = sum(1 for d in devices if d[0] == kind and d[3])
    for kind in ('ac_line_segment', 'service_drop'):
        figures[kind + '_km'] = '%.1f' % sum(kilometres(points(line[3])) for line in lines if line[0] == kind)

    supplied = set()
    for mrid, source in feeders:
        reached = reach(neighbours, source)
        if reached & supplied:
            raise SystemExit('feeder %s meets another one' % mrid)
        supplied |= reached
        of_feeder = [point for point in usage_points if point[0] in reached]
        figures['feeder/%s/usage_points' % mrid] = len(of_feeder)
        figures['feeder/%s/customers' % mrid] = sum(point[1] for point in of_feeder)
        closed = [d for d in devices if not d[3] and d[1] in reached and d[2] in reached]
        figures['feeder/%s/devices' % mrid] = len(closed)
        # Of what hangs together, a tree has one node more than devices: each more closes a loop.
        figures['loops'] = figures.get('loops', 0) + len(closed) - (len(reached) - 1)
    figures['connectivity_nodes_supplied'] = len(supplied)
    figures['usage_points'] = len(usage_points)
    figures['usage_points_supplied'] = sum(1 for point in usage_points if point[0] in supplied)
    figures['usage_points_unsupplied'] = len(usage_points) - figures['usage_points_supplied']
    figures['usage_points_refused'] = sum(1 for point in usage_points if point[0] not in neighbours)
    islands, rest = 0, set(neighbours) - supplied
    while rest:
        rest -= reach(neighbours, next(iter(rest)))
        islands += 1
    figures['islands'] = islands
    for name, value in figures.items():
        print(name, value)


if len(sys.argv) < 3:
    print('the made town is not here')
    sys.exit(77)
main(os.path.join(sys.argv[2], 'town', 'network.gpkg'))
