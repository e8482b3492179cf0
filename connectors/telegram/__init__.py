"""Telegram: updates by webhook or polling, stored before they are acknowledged; replies pushed in order."""

import os

# The library's own switch: lengths of time as timedelta, which a later version gives without asking.
os.environ.setdefault("PTB_TIMEDELTA", "true")
