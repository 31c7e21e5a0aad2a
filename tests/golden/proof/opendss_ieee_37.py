"""The IEEE 37 node feeder. Its regulator is an open delta: two units and a jumper side by side."""

from _opendss import prove

prove("opendss_ieee/37Bus/ieee37.dss")
