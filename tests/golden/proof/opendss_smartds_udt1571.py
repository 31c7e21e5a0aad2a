"""One feeder of SMART-DS by its own master, which starts at the feeder's head."""

from _opendss import prove

prove("opendss_smartds/uhs3_1247/uhs3_1247--udt1571/Master.dss")
