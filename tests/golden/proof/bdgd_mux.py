"""The BDGD of Mux Energia, read by ogr2ogr into tables and traced here.

Supply: a breadth-first search from each circuit's PAC_INI over everything that names two PACs, open or
inactive switches left out. Inactive consumer units (SIT_ATIV other than AT) are usage points, but no
customers. A line of PACs is one connectivity node a PAC.
"""

import collections
import csv
import glob
import os
import shutil
import subprocess
import sys
import tempfile

TABLES = ["CTMT", "SUB", "PONNOT", "UNSEMT", "UNSEBT", "UNTRMT", "UNREMT", "SSDMT", "SSDBT", "RAMLIG",
          "UCBT_tab", "UCMT_tab"]
BLADES = {"19", "31", "33", "34", "36", "49"}
LINKS = ("H", "K", "T", "EF")  # the last letters of a fuse link's name


def read_tables(archive):
    tables = {}
    with tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            path = os.path.join(folder, table + ".csv")
            subprocess.run(["ogr2ogr", "-f", "CSV", path, "/vsizip/" + archive, table],
                           check=True, stderr=subprocess.DEVNULL)
            with open(path, newline="", encoding="utf-8") as file:
                tables[table] = list(csv.DictReader(file))
    return tables


def is_link(cap_elo):
    if cap_elo in ("", "LAM") or set(cap_elo) == {"0"} or cap_elo.startswith("N"):
        return False
    return cap_elo.endswith(LINKS)


def switch_kind(row):
    kind, link = row["TIP_UNID"], row["CAP_ELO"]
    if kind in ("22", "27"):
        return "disconnector" if link == "LAM" else "fuse"
    if kind in BLADES:
        return "fuse" if is_link(link) else "disconnector"
    named = {"29": "breaker", "32": "recloser", "35": "sectionaliser"}
    if kind in named:
        return named[kind]
    return "fuse" if is_link(link) else "load_break_switch"


def trace(edges, start):
    reached, queue = {start}, collections.deque([start])
    while queue:
        for other in edges[queue.popleft()]:
            if other not in reached:
                reached.add(other)
                queue.append(other)
    return reached


def main():
    archives = glob.glob(os.path.join(sys.argv[1], "bdgd_mux", "*.gdb.zip"))
    if not archives:
        print("the BDGD of Mux Energia is not there")
        return 77
    if shutil.which("ogr2ogr") is None:
        print("ogr2ogr (gdal-bin) is not installed")
        return 77
    tables = read_tables(archives[0])

    edges, nodes = collections.defaultdict(list), set()
    kinds, open_kinds, metres = collections.Counter(), collections.Counter(), collections.Counter()
    closed_devices = []

    def device(row, kind, is_open):
        kinds[kind] += 1
        open_kinds[kind] += is_open
        a, b = row["PAC_1"], row["PAC_2"]
        nodes.update((a, b))
        if not is_open:
            closed_devices.append((a, b))
            edges[a].append(b)
            edges[b].append(a)

    for table in ("UNSEMT", "UNSEBT"):
        for row in tables[table]:
            device(row, switch_kind(row), row["P_N_OPE"] == "A" or row["SIT_ATIV"] == "DS")
    for table, kind in (("UNTRMT", "power_transformer"), ("UNREMT", "voltage_regulator")):
        for row in tables[table]:
            device(row, kind, row["SIT_ATIV"] == "DS")
    for table, kind in (("SSDMT", "ac_line_segment"), ("SSDBT", "ac_line_segment"),
                        ("RAMLIG", "service_drop")):
        for row in tables[table]:
            device(row, kind, False)
            metres[kind] += float(row["COMP"] or 0)

    circuits = {row["COD_ID"]: trace(edges, row["PAC_INI"]) for row in tables["CTMT"]}
    supplied = set().union(*circuits.values())
    points = tables["UCBT_tab"] + tables["UCMT_tab"]
    fed = [row for row in points if row["PAC"] in supplied]

    dark = nodes - supplied
    points_at = collections.Counter(row["PAC"] for row in points)
    islands = island_nodes = 0
    while dark:
        island = trace(edges, next(iter(dark)))
        dark -= island
        if any(points_at[pac] for pac in island):
            islands += 1
            island_nodes += len(island)

    print("substations", len(tables["SUB"]))
    print("feeders", len(tables["CTMT"]))
    print("connectivity_nodes", len(nodes))
    print("connectivity_nodes_supplied", len(nodes & supplied))
    print("devices", sum(kinds.values()))
    for kind in kinds:
        print(kind, kinds[kind])
        print(kind + "_normally_open", open_kinds[kind])
    for kind, length in metres.items():
        print(kind + "_km", round(length / 1000, 1))
    print("usage_points", len(points))
    print("usage_points_supplied", len(fed))
    print("usage_points_unsupplied", len(points) - len(fed))
    print("usage_points_inactive", sum(row["SIT_ATIV"] != "AT" for row in points))
    for name, reached in circuits.items():
        here = [row for row in points if row["PAC"] in reached]
        print(f"feeder/{name}/usage_points", len(here))
        print(f"feeder/{name}/customers", sum(row["SIT_ATIV"] == "AT" for row in here))
        print(f"feeder/{name}/devices", sum(a in reached and b in reached for a, b in closed_devices))
    print("islands", islands)
    print("islands_connectivity_nodes", island_nodes)
    # The issue's own bar, of active consumer units.
    active = [row for row in points if row["SIT_ATIV"] == "AT"]
    print(f"# {sum(row['PAC'] in supplied for row in active)} of {len(active)} active units are supplied")
    return 0


if __name__ == "__main__":
    sys.exit(main())
