"""Counts what a CIM100 model of one file holds, by itself: Python's own XML reader, dictionaries, a search.

Kinds by class; a PowerTransformer with tanks is one device a tank, without tanks one from its end of the highest
voltage to every other end (so three windings are two devices); it is a voltage regulator where a RatioTapChanger
acts on it and its sides have one voltage. Loads without a UsagePoint stand for the usage points.
"""

import collections
import os
import sys
import xml.etree.ElementTree as tree

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
SWITCHES = {"Breaker": "breaker", "Recloser": "recloser", "Fuse": "fuse", "LoadBreakSwitch": "load_break_switch",
            "Disconnector": "disconnector", "Sectionaliser": "sectionaliser"}


def local(tag):
    return tag.rsplit("}", 1)[-1]


def read(path):
    """id -> (class, {property: [values]})."""
    objects = {}
    for element in tree.parse(path).getroot():
        name = element.get(RDF + "about") or element.get(RDF + "ID")
        values = collections.defaultdict(list)
        for child in element:
            values[local(child.tag)].append(child.get(RDF + "resource") or (child.text or "").strip())
        objects[name] = (local(element.tag), values)
    return objects


class Model:
    def __init__(self, path):
        self.objects = read(path)
        self.of_class = collections.defaultdict(list)
        for name, (kind, _) in self.objects.items():
            self.of_class[kind].append(name)

    def get(self, name, prop, otherwise=None):
        return self.objects[name][1].get(prop, [otherwise])[0]

    def parts(self, kind, prop):
        groups = collections.defaultdict(list)
        for name in self.of_class[kind]:
            groups[self.get(name, prop)].append(name)
        return groups


def devices(model):
    """(kind, node, node, normally open, length in metres) of everything that conducts."""
    nodes_of = collections.defaultdict(list)
    for terminal in model.of_class["Terminal"]:
        nodes_of[model.get(terminal, "Terminal.ConductingEquipment")].append(
            (int(model.get(terminal, "ACDCTerminal.sequenceNumber")), model.get(terminal, "Terminal.ConnectivityNode")))
    found = []
    for line in model.of_class["ACLineSegment"]:
        (_, a), (_, b) = sorted(nodes_of[line])
        found.append(("ac_line_segment", a, b, False, float(model.get(line, "Conductor.length", "0"))))
    phases_of = model.parts("SwitchPhase", "SwitchPhase.Switch")
    for kind, word in SWITCHES.items():
        for switch in model.of_class[kind]:
            (_, a), (_, b) = sorted(nodes_of[switch])
            positions = {model.get(p, "SwitchPhase.normalOpen") == "true" for p in phases_of[switch]}
            for is_open in positions or {model.get(switch, "Switch.normalOpen") == "true"}:
                found.append((word, a, b, is_open, 0.0))
    tapped = {model.get(t, "RatioTapChanger.TransformerEnd") for t in model.of_class["RatioTapChanger"]}
    tanks_of = model.parts("TransformerTank", "TransformerTank.PowerTransformer")
    tank_ends = model.parts("TransformerTankEnd", "TransformerTankEnd.TransformerTank")
    ends_of = model.parts("PowerTransformerEnd", "PowerTransformerEnd.PowerTransformer")
    for transformer in model.of_class["PowerTransformer"]:
        units = [tank_ends[tank] for tank in tanks_of[transformer]] or [ends_of[transformer]]
        for ends in units:
            volts = {}
            for end in ends:
                node = model.get(model.get(end, "TransformerEnd.Terminal"), "Terminal.ConnectivityNode")
                base = model.get(end, "TransformerEnd.BaseVoltage")
                volts[node] = max(volts.get(node, 0), float(model.get(base, "BaseVoltage.nominalVoltage")))
            high = max(volts, key=volts.get)
            regulates = any(end in tapped for end in ends)
            for node in volts:
                if node == high:
                    continue
                same = volts[high] == volts[node]
                found.append(("voltage_regulator" if regulates and same else "power_transformer", high, node, False, 0.0))
    return found, {equipment: terminals[0][1] for equipment, terminals in nodes_of.items()}


def reach(start, edges):
    seen, queue = set(start), list(start)
    for node in queue:
        for other in edges[node]:
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return seen


def prove(file_name):
    if len(sys.argv) < 2:
        sys.exit("the folder of the data sets is the first argument")
    path = os.path.join(sys.argv[1], "cim_ieee", file_name)
    if not os.path.exists(path):
        print(path + " is not there")
        sys.exit(77)
    model = Model(path)
    found, node_of = devices(model)
    edges = collections.defaultdict(list)
    for _, a, b, is_open, _ in found:
        if not is_open:
            edges[a].append(b)
            edges[b].append(a)
    nodes = set(model.of_class["ConnectivityNode"])
    assert all(a in nodes and b in nodes for _, a, b, _, _ in found)
    assert len(model.of_class["EnergySource"]) == 1 and not model.of_class["UsagePoint"]
    source = model.of_class["EnergySource"][0]
    supplied = reach([node_of[source]], edges)
    loads = model.of_class["EnergyConsumer"]
    lit = [load for load in loads if node_of[load] in supplied]
    dark_loads = {node_of[load] for load in loads} - supplied

    islands, open_ends, rest = [], 0, nodes - supplied
    while rest:
        island = reach([min(rest)], edges)
        rest -= island
        if len(island) == 1 and not island & dark_loads:
            open_ends += 1
        else:
            islands.append(island)

    print("substations", len(model.of_class["Substation"]))
    print("feeders", len(model.of_class["Feeder"]))
    print("connectivity_nodes", len(nodes))
    print("connectivity_nodes_supplied", len(supplied))
    print("devices", len(found))
    for kind, count in sorted(collections.Counter(d[0] for d in found).items()):
        print(kind, count)
        print(kind + "_normally_open", sum(1 for d in found if d[0] == kind and d[3]))
    print("ac_line_segment_km", round(sum(d[4] for d in found) / 100) / 10)
    print("usage_points", len(loads))
    print("usage_points_supplied", len(lit))
    print("usage_points_unsupplied", len(loads) - len(lit))
    print("usage_points_refused", 0)
    feeder = model.get(source, "Equipment.EquipmentContainer").rsplit(":", 1)[-1]
    print("feeder/%s/usage_points" % feeder, len(lit))
    print("feeder/%s/customers" % feeder, sum(int(model.get(x, "EnergyConsumer.customerCount", "1")) for x in lit))
    print("islands", len(islands))
    print("islands_connectivity_nodes", sum(len(island) for island in islands))
    print("open_ends", open_ends)
    # Supply runs as a forest: of the closed steps among supplied nodes as many close loops as are left over. Units of a
    # transformer or regulator side by side are one bank and one step.
    inside = [(kind, a, b) for kind, a, b, is_open, _ in found if not is_open and a in supplied]
    banks = {step for step in inside if step[0] in ("voltage_regulator", "power_transformer")}
    others = [step for step in inside if step not in banks]
    print("loops", len(banks) + len(others) - (len(supplied) - 1))
