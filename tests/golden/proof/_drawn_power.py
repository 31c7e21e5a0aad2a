"""OpenStreetMap's power=* resolved by the rules of docs/algorithms/connectivity.md, everything compared with everything.

Lines meet by their OpenStreetMap node ids where they share one, else by the tolerance. A drawing that needs a rule which
is not counted here (rings, the same line twice, chains of ends, switches) ends the script: then it proves nothing.
"""

import math

TOLERANCE = 1.0
TRANSFORMER_REACH = 25.0
USAGE_POINT_REACH = 300.0
FEEDER_REACH = 60.0
RADIUS = 6371008.8
NO_CUSTOMERS = {'no', 'garage', 'garages', 'carport', 'shed', 'roof', 'ruins', 'hut', 'greenhouse', 'bridge', 'stable',
                'cowshed', 'barn', 'silo', 'construction', 'collapsed', 'container', 'transformer_tower'}


def distance(a, b):
    lon, lat = math.radians(b[0] - a[0]), math.radians(b[1] - a[1])
    h = math.sin(lat / 2) ** 2 + math.cos(math.radians(a[1])) * math.cos(math.radians(b[1])) * math.sin(lon / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(h))


def flat(origin, p):
    metre = math.radians(1) * RADIUS
    return ((p[0] - origin[0]) * metre * math.cos(math.radians(origin[1])), (p[1] - origin[1]) * metre)


class Line:
    def __init__(self, way, level, refs, places):
        self.way, self.level, self.refs, self.places = way, level, refs, places
        self.along = [0.0]
        for a, b in zip(places, places[1:]):
            self.along.append(self.along[-1] + distance(a, b))
        self.length = self.along[-1]
        self.stations = {}  # metres along -> node

    def nearest(self, p):
        """metres away, metres along"""
        best = (math.inf, 0.0)
        for i in range(len(self.places) - 1):
            (ax, ay), (bx, by) = flat(p, self.places[i]), flat(p, self.places[i + 1])
            dx, dy = bx - ax, by - ay
            square = dx * dx + dy * dy
            t = min(1, max(0, -(ax * dx + ay * dy) / square)) if square else 0
            away = math.hypot(ax + t * dx, ay + t * dy)
            if away < best[0]:
                best = (away, self.along[i] + t * (self.along[i + 1] - self.along[i]))
        return best

    def end_at(self, along):
        if along <= TOLERANCE:
            return 0.0
        if self.length - along <= TOLERANCE:
            return self.length
        return None


class Groups:
    def __init__(self):
        self.parent = {}

    def root(self, key):
        self.parent.setdefault(key, key)
        while self.parent[key] != key:
            self.parent[key] = self.parent[self.parent[key]]
            key = self.parent[key]
        return key

    def join(self, a, b):
        self.parent[self.root(a)] = self.root(b)


def kilovolts(text):
    values = []
    for part in (text or '').replace('/', ';').split(';'):
        part = part.strip()
        scale = 1.0 if part.lower().endswith('kv') else 0.001
        try:
            values.append(float(part.lower().removesuffix('kv')) * scale)
        except ValueError:
            pass
    return max(values) if values else None


def level_of_line(tags):
    if tags.get('frequency', '').startswith('16.'):
        return 'rail'
    kv = kilovolts(tags.get('voltage'))
    if kv is None:
        return 'hv' if tags['power'] == 'line' else 'mv'
    return 'lv' if kv < 1 else 'mv' if kv < 60 else 'hv'


def box_middle(places):
    lons, lats = [p[0] for p in places], [p[1] for p in places]
    return ((min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2)


def area(places):
    xy = [flat(places[0], p) for p in places]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(xy, xy[1:] + xy[:1]))) / 2


class Map:
    def __init__(self, nodes, tagged, ways, relations):
        self.lines, self.transformers, self.feeding, self.buildings = [], [], [], []
        self.features = 0
        stations = []
        for way, (tags, refs) in ways.items():
            closed = len(refs) > 3 and refs[0] == refs[-1]
            if tags.get('power') in ('line', 'minor_line', 'cable'):
                self.take_line(way, tags, refs, nodes)
            elif closed:
                self.take_area(tags, [nodes[r] for r in refs if r in nodes], True, stations)
        for _, (tags, members) in relations.items():
            if tags.get('type') == 'multipolygon':
                outer = [r for kind, r, role in members if kind == 'way' and role != 'inner']
                refs = [n for w in outer if w in ways for n in ways[w][1]]
                ring = len(refs) > 3 and refs[0] == refs[-1]
                if outer:
                    self.take_area(tags, [nodes[r] for r in refs if r in nodes], ring, stations)
        for node, tags in tagged.items():
            self.take_area(tags, [nodes[node]], False, stations)
            if tags.get('power') in ('pole', 'tower', 'portal', 'terminal') or tags.get('power') == 'switch':
                if tags.get('switch', 'no') != 'no' or tags['power'] == 'switch':
                    raise SystemExit('a switch: not counted here')
                if tags.get('transformer', 'no') != 'no':
                    self.transformers.append(nodes[node])
                    self.features += 1
        self.decide(stations)

    def take_line(self, way, tags, refs, nodes):
        self.features += 1
        run = []
        for ref in refs + [None]:
            if ref in nodes:
                run.append(ref)
                continue
            if len(run) > 1:
                self.lines.append(Line(way, level_of_line(tags), run, [nodes[r] for r in run]))
                self.lines[-1].overhead_line = tags['power'] == 'line'
            run = []

    def take_area(self, tags, places, ring, stations):
        power = tags.get('power')
        if power in ('substation', 'sub_station', 'station'):
            stations.append((tags, places, ring))
        elif power == 'transformer':
            self.transformers.append(box_middle(places))
            self.features += 1
        elif 'building' in tags and tags['building'] not in NO_CUSTOMERS:
            self.features += 1
            self.buildings.append(box_middle(places) if places else None)

    def decide(self, stations):
        ends = [p for line in self.lines if line.overhead_line for p in (line.places[0], line.places[-1])]
        for tags, places, ring in stations:
            middle, size = box_middle(places), area(places) if ring else 0
            if tags.get('substation') or tags.get('voltage'):
                raise SystemExit('a substation whose tags say what it is: not counted here')
            reach = 20 + math.sqrt(size / math.pi)
            feeds = tags['power'] == 'station' or size > 1500 or any(distance(e, middle) <= reach for e in ends)
            # A feeding one is a substation and a feeder.
            self.features += 1
            (self.feeding if feeds else self.transformers).append(middle if not feeds else (places, ring, middle))


def resolve(power_map):
    """Prints the figures of a map."""
    lines, groups = power_map.lines, Groups()
    for i, line in enumerate(lines):
        if line.refs[0] == line.refs[-1] or line.length < 3 * TOLERANCE:
            raise SystemExit('a ring or a very short line: not counted here')
        for along in (0.0, line.length):
            groups.root((i, along))
    ends = [(i, along, lines[i].places[0 if along == 0 else -1]) for i in range(len(lines))
            for along in (0.0, lines[i].length)]
    for i, along, p in ends:
        for k, other in enumerate(lines):
            if k == i or other.level != lines[i].level:
                continue
            away, at = other.nearest(p)
            if away <= TOLERANCE:
                groups.join((i, along), (k, other.end_at(at) if other.end_at(at) is not None else at))
    for i, line in enumerate(lines):
        for k in range(i):
            other = lines[k]
            if other.level != line.level:
                continue
            for a in range(1, len(line.refs) - 1):
                for b in range(1, len(other.refs) - 1):
                    if line.refs[a] != other.refs[b]:
                        continue
                    beside = {line.refs[a - 1], line.refs[a + 1]} & {other.refs[b - 1], other.refs[b + 1]}
                    if not beside:
                        groups.join((i, line.along[a]), (k, other.along[b]))
    high = []
    for t, p in enumerate(power_map.transformers):
        found = min(((*line.nearest(p), k) for k, line in enumerate(lines) if line.level == 'mv'),
                    default=(math.inf, 0, 0))
        if found[0] > TRANSFORMER_REACH:
            high.append(groups.root(('transformer', t)))
            continue
        away, along, k = found
        end = lines[k].end_at(along)
        high.append((k, along if end is None else end))
        groups.root(high[-1])
    merge_near_cuts(lines, groups)
    count(power_map, groups, high)


def merge_near_cuts(lines, groups):
    for i in range(len(lines)):
        cuts = sorted(key[1] for key in list(groups.parent) if key[0] == i)
        for a, b in zip(cuts, cuts[1:]):
            if b - a <= TOLERANCE:
                groups.join((i, a), (i, b))


def count(power_map, groups, high):
    lines = power_map.lines
    supply = Groups()
    parts, metres = 0, 0.0
    for i, line in enumerate(lines):
        cuts = sorted(key[1] for key in list(groups.parent) if key[0] == i)
        for a, b in zip(cuts, cuts[1:]):
            if groups.root((i, a)) == groups.root((i, b)):
                continue
            parts += 1
            metres += b - a
            supply.join(groups.root((i, a)), groups.root((i, b)))
    nodes = {groups.root(key) for key in groups.parent}
    for t, key in enumerate(high):
        supply.join(groups.root(key), ('low', t))
    # Whatever hangs together is fed, by a substation or by assumption.
    islands = {supply.root(n) for n in nodes}
    for places, ring, middle in power_map.feeding:
        near = [line for line in lines if line.level == 'mv' and line.nearest(middle)[0] <= FEEDER_REACH]
        if near or ring:
            raise SystemExit('a substation that feeds medium voltage: not counted here')
    hung = 0
    for p in power_map.buildings:
        if p and any(distance(p, t) <= USAGE_POINT_REACH for t in power_map.transformers):
            hung += 1
        elif p and any(line.level == 'lv' and line.nearest(p)[0] <= USAGE_POINT_REACH for line in lines):
            hung += 1
    print('substations', len(power_map.feeding))
    print('feeders', len(islands))
    print('connectivity_nodes', len(nodes) + len(high))
    print('connectivity_nodes_supplied', len(nodes) + len(high))
    print('devices', parts + len(high))
    print('ac_line_segment', parts)
    print('power_transformer', len(high))
    print('ac_line_segment_km', '%g' % (round(metres / 100) / 10))
    print('usage_points', hung)
    print('usage_points_supplied', hung)
    print('usage_points_unsupplied', 0)
    print('usage_points_refused', 0)
    print('islands', 0)
