"""A substation of SMART-DS Greensboro. 3,945 lines (fuses and switches are lines) and 1,608 loads, as the
set is described. That description counts 4,647 buses: of elements that are enabled; three more are the
far ends of disabled ties."""

from _opendss import prove

prove("opendss_smartds/uhs3_1247/Master.dss")
