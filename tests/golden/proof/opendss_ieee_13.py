"""The IEEE 13 node feeder. Its file of line codes is not in the set: a file that is not there."""

from _opendss import prove

prove("opendss_ieee/13Bus/IEEE13Nodeckt.dss")
