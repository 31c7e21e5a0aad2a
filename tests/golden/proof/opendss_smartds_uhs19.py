"""A substation of SMART-DS Greensboro. 1,755 lines (fuses and switches are lines) and 732 loads, as the set
is described. That description counts 2,087 buses: of elements that are enabled; one more is the far
end of a disabled tie."""

from _opendss import prove

prove("opendss_smartds/uhs19_1247/Master.dss")
