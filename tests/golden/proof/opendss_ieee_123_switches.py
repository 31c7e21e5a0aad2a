"""The IEEE 123 node feeder with its ties opened by commands; the feeder of the other master, of
which it has the same lines and 130 buses."""

from _opendss import prove

prove("opendss_ieee/123Bus/IEEE123Switches.dss")
