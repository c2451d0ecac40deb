"""Prints what Python's `zoneinfo` says of clock changes, with the data of the package `tzdata` and no other.

    python offsets.py            all zones, 1970 to 2200
    python offsets.py --sample   some zones and years, for `sample.txt`

First line: `# tzdata 2026f`, the release. Then for each group of zones that have the same data:

    zone America/New_York US/Eastern
    from -18000
    1772953200 -18000 -18000 -18000 -18000 -14400 -14400 -14400 -14400

The offset in seconds with which 1970 begins, then each change: its instant, and the offsets 24 hours, 2 hours, 1 hour
and 1 second before it, at it, and 1 hour, 2 hours and 24 hours after it. With `--sample` the line `from` is left out.

Changes are found by asking for the offset every sixth day and halving the time between two answers that differ: this
script knows nothing of how a table is written.
"""

import importlib.resources
import io
import sys
import zoneinfo
from datetime import datetime, timedelta

import tzdata

DAY = 86_400
BEGIN = datetime(1970, 1, 1)
END_SECOND = int((datetime(2201, 1, 1) - BEGIN).total_seconds())
AROUND = [-24 * 3600, -2 * 3600, -3600, -1, 0, 3600, 2 * 3600, 24 * 3600]

SAMPLE_ZONES = [
    "Africa/Cairo", "Africa/Casablanca", "Africa/Monrovia", "America/Edmonton", "America/Havana", "America/New_York",
    "America/Nuuk", "America/Santiago", "America/Sao_Paulo", "America/St_Johns", "America/Vancouver",
    "America/Winnipeg", "Antarctica/Troll", "Asia/Gaza", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe",
    "Europe/Chisinau", "Europe/Dublin", "Europe/London", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kwajalein",
]
SAMPLE_YEARS = {
    *range(1970, 1974), 1986, 1993, 2000, *range(2009, 2013), *range(2022, 2029), 2037, 2038, 2099, 2100, 2101, 2150,
    2199, 2200,
}


def offset(zone, second):
    there = zone.fromutc((BEGIN + timedelta(seconds=second)).replace(tzinfo=zone))
    return there.utcoffset() // timedelta(seconds=1)


def changes(zone):
    step = 6 * DAY
    before = offset(zone, 0)
    for start in range(0, END_SECOND, step):
        after = offset(zone, start + step)
        if after == before:
            continue
        low, high = start, start + step
        while high - low > 1:
            middle = (low + high) // 2
            if offset(zone, middle) == before:
                low = middle
            else:
                high = middle
        if high < END_SECOND:
            yield high
        before = after


def main(sample):
    zoneinfo.reset_tzpath(to=[])
    print("# tzdata", tzdata.IANA_VERSION)
    files = importlib.resources.files("tzdata").joinpath("zoneinfo")
    groups = {}
    for name in SAMPLE_ZONES if sample else sorted(zoneinfo.available_timezones()):
        groups.setdefault(files.joinpath(name).read_bytes(), []).append(name)
    for data, names in groups.items():
        zone = zoneinfo.ZoneInfo.from_file(io.BytesIO(data), names[0])
        print("zone", *names)
        if not sample:
            print("from", offset(zone, 0))
        for change in changes(zone):
            if not sample or (BEGIN + timedelta(seconds=change)).year in SAMPLE_YEARS:
                print(change, *(offset(zone, change + seconds) for seconds in AROUND))


main("--sample" in sys.argv[1:])
