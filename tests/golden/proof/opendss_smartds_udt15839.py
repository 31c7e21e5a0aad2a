"""One feeder of SMART-DS by its own master, which starts at the feeder's head."""

from _opendss import prove

prove("opendss_smartds/uhs19_1247/uhs19_1247--udt15839/Master.dss")
