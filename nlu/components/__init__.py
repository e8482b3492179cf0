"""Rasa graph components of config.yml and the plain functions and classes under them."""
