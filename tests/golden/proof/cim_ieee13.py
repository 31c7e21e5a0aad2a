"""Proves ../import_cim_ieee13.txt; see _cim.py."""

import _cim

_cim.prove("IEEE13.xml")
