"""Reads a calendar from standard input with the PyPI package `icalendar`, and prints what it finds, event by event.

One JSON line each: uid, summary, description, and start and end in seconds since 1970 UTC. Zones are resolved by what
the calendar itself says of them, not by the zone data of this machine: their names are changed to ones that no
machine knows.
"""

import json
import sys

from icalendar import Calendar

text = sys.stdin.buffer.read().decode()
text = text.replace("TZID:", "TZID:Elsewhere/").replace("TZID=", "TZID=Elsewhere/")
for event in Calendar.from_ical(text).walk("VEVENT"):
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    print(
        json.dumps(
            {
                "uid": event["UID"],
                "summary": event["SUMMARY"],
                "description": event.get("DESCRIPTION", ""),
                "start": int(start.timestamp()),
                "end": int(end.timestamp()),
            }
        )
    )
