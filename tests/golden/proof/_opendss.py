"""What an OpenDSS model is made of, counted by other means than Gridmend's: statements by one regular
expression, objects as dictionaries, supply by a breadth-first search over bus names.

It knows what the sets of ../../../shared/data use and no more; a statement that it does not know
ends it with an error, so that nothing is passed over.
"""

import collections
import os
import re
import sys

PASSED_OVER = {
    "set", "solve", "calcvoltagebases", "calcv", "show", "plot", "export", "buscoords", "help",
    "closedi", "batchedit",
}
# Classes that neither carry supply from bus to bus nor take it.
WITHOUT_PART = {
    "capacitor", "capcontrol", "linecode", "loadshape", "energymeter", "monitor", "generator",
    "pvsystem", "storage", "xycurve", "growthshape", "invcontrol", "storagecontroller",
}
METRES = {"km": 1000, "mi": 1609.344, "kft": 304.8, "ft": 0.3048, "m": 1}
PROPERTY = re.compile(
    r"""([^\s=,]+)\s*=\s*(\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|"[^"]*"|'[^']*'|[^\s,]*)""")


def unquoted(text):
    return text[1:-1].strip() if text[:1] in "[({\"'" and len(text) > 1 else text


class Model:
    def __init__(self):
        self.clear()
        self.duplicates = 0
        self.missing_files = 0

    def clear(self):
        self.objects = collections.OrderedDict()  # (class, name) -> properties
        self.active = None
        self.opened = set()

    def read(self, path):
        folder = os.path.dirname(path)
        with open(path, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                line = re.split(r"!|//", line)[0].strip()
                if line:
                    folder = self.statement(line, folder)
        return folder

    def statement(self, line, folder):
        word, _, rest = line.partition(" ")
        word = word.lower()
        if line.startswith("~"):
            self.change(self.active, line[1:])
        elif word == "new":
            self.new(rest.strip())
        elif word in ("redirect", "compile"):
            target = unquoted(rest.strip()).replace("\\", "/")
            path = beside(folder, target)
            if path is None:
                self.missing_files += 1
            else:
                inside = self.read(path)
                if word == "compile":
                    return inside
        elif word == "clear":
            self.clear()
        elif word == "open":
            self.opened.add(tuple(rest.split()[0].lower().split(".", 1)))
        elif word in PASSED_OVER:
            pass
        elif re.match(r"[a-z]+\.[^\s=]+\.[^.=]+=", line.lower()):
            name, _, change = line.rpartition(".") if " " not in line.split("=")[0] else ("", "", "")
            name = line.split("=")[0].rpartition(".")[0].lower()
            key = tuple(name.split(".", 1))
            self.change(key if key in self.objects else None, line[len(name) + 1:])
        else:
            raise SystemExit("a statement that the proof does not know: " + line)
        return folder

    def new(self, rest):
        first, _, properties = rest.partition(" ")
        first = re.sub(r"^object=", "", first, flags=re.I).strip("\"'").lower()
        kind, _, name = first.partition(".")
        if kind == "circuit":
            kind, name = "vsource", "source"
        key = (kind, name)
        if key in self.objects and kind not in WITHOUT_PART:
            self.duplicates += 1
        self.objects.setdefault(key, {})
        self.active = key
        self.change(key, properties)

    def change(self, key, text):
        if key is None:
            return
        properties = self.objects[key]
        for name, value in PROPERTY.findall(text):
            name, value = name.lower(), unquoted(value).lower()
            if name == "like":
                properties.update(self.objects[(key[0], value)])
            elif name == "wdg":
                properties["wdg"] = int(value)
            elif name in ("bus", "kv") and key[0] == "transformer":
                properties[(name, properties.get("wdg", 1))] = value
            elif name in ("buses", "kvs"):
                for number, entry in enumerate(re.split(r"[\s,]+", value), 1):
                    properties[(name.rstrip("s") if name == "kvs" else "bus", number)] = entry
            else:
                properties[name] = value

    def of(self, kind):
        return [(name, p) for (k, name), p in self.objects.items() if k == kind]

    def is_off(self, kind, name, properties):
        return properties.get("enabled", "y").startswith("n") or (kind, name) in self.opened

    def line_kind(self, name, properties, controlled):
        if name in controlled:
            return controlled[name]
        switch = properties.get("switch", "n")[:1] in "yt"
        metres = METRES.get(properties.get("units", ""), 0) * float(properties.get("length", 1))
        code = properties.get("linecode", "")
        if switch or 0 < metres <= 10:
            for word, kind in (("recloser", "recloser"), ("breaker", "breaker"), ("fuse", "fuse"),
                               ("disconnect", "disconnector"), ("disswitch", "disconnector")):
                if word in code:
                    return kind
        return "load_break_switch" if switch else "ac_line_segment"

    def devices(self):
        """(kind, bus, bus, normally open) of everything that leads from one bus to another."""
        controlled = {}
        for _, p in self.of("fuse"):
            controlled[p["monitoredobj"].partition(".")[2]] = "fuse"
        regulated = {p["transformer"] for _, p in self.of("regcontrol")}
        for name, p in self.of("line"):
            yield (self.line_kind(name, p, controlled), bus(p["bus1"]), bus(p["bus2"]),
                   self.is_off("line", name, p))
        for name, p in self.of("transformer"):
            sides = collections.OrderedDict()  # bus -> highest kV
            numbers = sorted(k[1] for k in p if isinstance(k, tuple) and k[0] == "bus")
            for number in numbers:
                at = bus(p[("bus", number)])
                sides[at] = max(sides.get(at, 0), float(p[("kv", number)]))
            high = max(sides, key=lambda at: sides[at])
            for low in sides:
                if low != high:
                    same = name in regulated and sides[low] >= 0.75 * sides[high]
                    yield ("voltage_regulator" if same else "power_transformer", high, low,
                           self.is_off("transformer", name, p))

    def print_figures(self):
        unknown = {kind for kind, _ in self.objects} - WITHOUT_PART - {
            "vsource", "line", "transformer", "load", "fuse", "regcontrol"}
        if unknown:
            raise SystemExit("classes that the proof does not know: " + ", ".join(unknown))
        devices = list(self.devices())
        neighbours = collections.defaultdict(list)
        for _, a, b, is_open in devices:
            neighbours[a], neighbours[b]
            if not is_open:
                neighbours[a].append(b)
                neighbours[b].append(a)
        sources = {bus(p.get("bus1", "sourcebus")) for _, p in self.of("vsource")}
        supplied = reach(neighbours, sources)
        usage_points = [bus(p["bus1"]) for _, p in self.of("load")]
        kept = [at for at in usage_points if at in neighbours]
        figures = collections.OrderedDict()
        figures["feeders"] = len(self.of("vsource"))
        figures["connectivity_nodes"] = len(neighbours)
        figures["connectivity_nodes_supplied"] = len(supplied)
        figures["devices"] = len(devices)
        for kind in ("ac_line_segment", "load_break_switch", "disconnector", "breaker", "recloser",
                     "fuse", "power_transformer", "voltage_regulator", "jumper"):
            figures[kind] = sum(1 for d in devices if d[0] == kind)
            is_open = sum(1 for d in devices if d[0] == kind and d[3])
            figures[kind + "_normally_open"] = is_open
        figures["usage_points"] = len(usage_points)
        figures["usage_points_supplied"] = sum(1 for at in kept if at in supplied)
        figures["usage_points_unsupplied"] = sum(1 for at in kept if at not in supplied)
        figures["usage_points_refused"] = len(usage_points) - len(kept)
        islands, open_ends, nodes = 0, 0, 0
        rest = set(neighbours) - supplied
        at_usage_point = set(kept)
        while rest:
            island = reach(neighbours, {min(rest)})
            rest -= island
            if len(island) == 1 and not island & at_usage_point:
                open_ends += 1
            else:
                islands += 1
                nodes += len(island)
        figures["islands"] = islands
        figures["islands_connectivity_nodes"] = nodes
        figures["open_ends"] = open_ends
        for name, value in figures.items():
            print(name, value)
        print("# read more than once:", self.duplicates, "objects; files not there:",
              self.missing_files)


def bus(text):
    return text.partition(".")[0]


def beside(folder, target):
    """The file of that name, whatever the case of its letters."""
    at = folder
    for part in target.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            at = os.path.dirname(at)
            continue
        found = [name for name in os.listdir(at) if name.lower() == part.lower()]
        if not found:
            return None
        at = os.path.join(at, found[0])
    return at


def reach(neighbours, starts):
    seen = {at for at in starts if at in neighbours}
    queue = collections.deque(seen)
    while queue:
        for other in neighbours[queue.popleft()]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


def prove(master):
    path = os.path.join(sys.argv[1], master)
    if not os.path.exists(path):
        print("the data set is not here:", master)
        sys.exit(77)
    model = Model()
    model.read(path)
    model.print_figures()
