"""Kinds of structures and places."""

from enum import StrEnum


class PlaceKind(StrEnum):
    GOVERNORATE = "governorate"
    DELEGATION = "delegation"
    MUNICIPALITY = "municipality"


# Parents in the tree that stand for a kind of office; a case goes to one office, not to a kind.
GENERIC = ("municipality", "delegation", "governorate")
