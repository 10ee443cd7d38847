"""A city that lends bicycles: stations, rides, repairs with their parts, and the weather."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from drawing import Draws, or_null

DDL = """
CREATE TABLE stations (
  station_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  district TEXT NOT NULL,
  docks INTEGER NOT NULL, -- places for bicycles
  opened_on DATE NOT NULL,
  closed_on DATE -- null while it is in use
);
CREATE TABLE bikes (
  bike_id INTEGER PRIMARY KEY,
  model TEXT NOT NULL, -- city, cargo or electric
  bought_on DATE NOT NULL,
  status TEXT NOT NULL -- in service, workshop, lost or retired
);
CREATE TABLE plans (
  plan_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  monthly_fee DECIMAL(5, 2) NOT NULL, -- euros
  free_minutes INTEGER NOT NULL, -- of each ride
  minute_price DECIMAL(4, 2) NOT NULL -- euros for each minute beyond the free ones
);
CREATE TABLE riders (
  rider_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  plan_id INTEGER NOT NULL REFERENCES plans (plan_id),
  joined_on DATE NOT NULL,
  birth_year INTEGER -- null where they do not tell
);
CREATE TABLE rides (
  ride_id INTEGER PRIMARY KEY,
  bike_id INTEGER NOT NULL REFERENCES bikes (bike_id),
  rider_id INTEGER NOT NULL REFERENCES riders (rider_id),
  start_station_id INTEGER NOT NULL REFERENCES stations (station_id),
  end_station_id INTEGER REFERENCES stations (station_id), -- null for a bicycle left elsewhere
  started_at TIMESTAMP NOT NULL, -- YYYY-MM-DD HH:MM
  minutes INTEGER NOT NULL,
  kilometres DECIMAL(5, 2), -- null where the tracker failed
  price DECIMAL(6, 2) NOT NULL -- euros, the monthly fee not among it
);
CREATE TABLE repairs (
  repair_id INTEGER PRIMARY KEY,
  bike_id INTEGER NOT NULL REFERENCES bikes (bike_id),
  opened_on DATE NOT NULL,
  closed_on DATE, -- null while it goes on
  labour_cost DECIMAL(6, 2) -- euros; null until it is closed
);
CREATE TABLE parts (
  part_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  price DECIMAL(6, 2) NOT NULL -- euros
);
CREATE TABLE repair_parts (
  repair_id INTEGER NOT NULL REFERENCES repairs (repair_id),
  part_id INTEGER NOT NULL REFERENCES parts (part_id),
  quantity INTEGER NOT NULL,
  PRIMARY KEY (repair_id, part_id)
);
CREATE TABLE weather_days (
  day DATE PRIMARY KEY,
  high_celsius DECIMAL(4, 1) NOT NULL,
  rain_mm DECIMAL(4, 1) -- null where the gauge failed
);
"""
DISTRICTS = ("Harbour", "Old Town", "Northgate", "University", "Riverside", "Hillside")
PLACES = (
    "Central Station", "Fish Market", "Town Hall", "Lighthouse", "Opera", "Botanical Garden", "Library", "Mill Bridge",
    "Observatory", "Stadium", "West Gate", "Brewery", "Museum of Ships", "Linden Square", "Faculty of Law", "Hospital",
    "Tram Depot", "Swimming Baths", "Canal Lock", "Old Cemetery", "Castle Steps", "Ferry Pier", "Silk Works", "Tower",
)  # fmt: skip
CLOSED = {"Tram Depot": "2025-01-15", "Old Cemetery": "2024-11-30"}
PLANS = ((1, "pay as you go", 0.0, 0, 0.15), (2, "monthly", 12.5, 30, 0.1), (3, "yearly", 7.9, 45, 0.08),
         (4, "student", 5.0, 30, 0.05))  # fmt: skip
PARTS = (
    ("chain", 21.5), ("brake pad", 6.9), ("tyre", 24.0), ("inner tube", 5.25), ("saddle", 29.9), ("bell", 4.5),
    ("front light", 18.75), ("rear light", 14.2), ("pedal", 11.0), ("spoke", 0.8), ("battery", 389.0), ("lock", 47.5),
    ("gear cable", 7.3), ("mudguard", 12.6),
)  # fmt: skip


def tables(draws: Draws) -> Mapping[str, list[tuple[Any, ...]]]:
    """The rows of each table."""
    stations = [
        (n, name, draws.one(DISTRICTS), draws.number(8, 36), draws.day("2019-04-01", "2023-09-30").isoformat(),
         CLOSED.get(name))
        for n, name in enumerate(PLACES, 1)
    ]  # fmt: skip
    bikes = [
        (n, draws.one(("city", "city", "electric", "cargo"), 1.2), draws.day("2020-01-15", "2024-10-31").isoformat(),
         draws.one(("in service",) * 8 + ("workshop", "lost", "retired")))
        for n in range(1, 111)
    ]  # fmt: skip
    riders = [
        (n, draws.person(), draws.one(PLANS)[0], draws.day("2020-05-01", "2025-02-28").isoformat(),
         or_null(draws, draws.number(1945, 2008), 0.2))
        for n in range(1, 201)
    ]  # fmt: skip
    repairs = _repairs(draws, bikes)
    return {
        "stations": stations,
        "bikes": bikes,
        "plans": [*PLANS],
        "riders": riders,
        "rides": _rides(draws, stations, bikes, riders),
        "repairs": repairs,
        "parts": [(n, *part) for n, part in enumerate(PARTS, 1)],
        "repair_parts": [
            (repair[0], part, draws.one((1, 1, 1, 2, 4)))
            for repair in repairs
            for part in draws.some(range(1, len(PARTS) + 1), draws.one((0, 1, 1, 2, 3)))
        ],
        "weather_days": [
            ((date(2025, 3, 1) + timedelta(days=n)).isoformat(), round(6 + n * 0.15 + draws.number(-40, 40) / 10, 1),
             or_null(draws, draws.one((0.0, 0.0, 0.0, draws.number(1, 240) / 10)), 0.04))
            for n in range(122)
        ],
    }  # fmt: skip


def _rides(
    draws: Draws, stations: list[tuple[Any, ...]], bikes: list[tuple[Any, ...]], riders: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    plans = {plan[0]: plan for plan in PLANS}
    in_use = [station[0] for station in stations if station[5] is None]
    starts = sorted(
        datetime(2025, 3, 1) + timedelta(days=draws.number(0, 121), minutes=draws.number(330, 1410))
        for _ in range(1000)
    )
    made = []
    for n, start in enumerate(starts, 1):
        rider, minutes = (
            draws.one(riders, 1.7),
            draws.number(4, 50) + (draws.number(0, 120) if draws.chance(0.1) else 0),
        )
        _, _, _, free, each = plans[rider[2]]
        kilometres = or_null(draws, round(minutes * draws.number(12, 24) / 100, 2), 0.05)
        end = or_null(draws, draws.one(in_use, 1.3), 0.03)
        price = round(max(0, minutes - free) * each, 2)
        at = start.strftime("%Y-%m-%d %H:%M")
        made.append((n, draws.one(bikes)[0], rider[0], draws.one(in_use, 1.3), end, at, minutes, kilometres, price))
    return made


def _repairs(draws: Draws, bikes: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    made = []
    for n, opened in enumerate(sorted(draws.day("2024-07-01", "2025-06-30") for _ in range(150)), 1):
        closed = opened + timedelta(days=draws.number(0, 21))
        bought = [bike[0] for bike in bikes if bike[2] <= opened.isoformat()]
        over = closed <= date(2025, 6, 30)
        cost = draws.price(9, 120) if over else None
        made.append((n, draws.one(bought, 1.4), opened.isoformat(), closed.isoformat() if over else None, cost))
    return made
