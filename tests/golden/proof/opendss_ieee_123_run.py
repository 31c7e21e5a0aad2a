"""The script that compiles the master of the IEEE 123 node feeder twice, with a Clear between: the same
network as the master's."""

from _opendss import prove

prove("opendss_ieee/123Bus/Run_IEEE123Bus.DSS")
