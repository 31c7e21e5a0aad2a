"""Proves ../import_cim_ieee123.txt; see _cim.py."""

import _cim

_cim.prove("IEEE123.xml")
