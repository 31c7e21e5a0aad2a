"""The IEEE 123 node feeder, whose open ties end at buses of their own ("300_OPEN"): no tie is open, and
132 buses are 130 of the feeder and two such ends."""

from _opendss import prove

prove("opendss_ieee/123Bus/IEEE123Master.dss")
