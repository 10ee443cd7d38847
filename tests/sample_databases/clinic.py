"""The appointments of a clinic: patients, doctors, what was found and what was prescribed."""

from collections.abc import Mapping
from typing import Any

from drawing import Draws, or_null

DDL = """
CREATE TABLE departments (
  department_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  floor INTEGER NOT NULL -- 0 is the ground floor
);
CREATE TABLE doctors (
  doctor_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  department_id INTEGER NOT NULL REFERENCES departments (department_id),
  hired_on DATE NOT NULL,
  left_on DATE, -- null while they work here
  hourly_rate DECIMAL(6, 2) NOT NULL -- euros
);
CREATE TABLE rooms (
  room_id INTEGER PRIMARY KEY,
  label TEXT NOT NULL, -- floor and number, as on the door
  department_id INTEGER NOT NULL REFERENCES departments (department_id)
);
CREATE TABLE patients (
  patient_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  born_on DATE NOT NULL,
  sex TEXT, -- f, m or x; null where it was not asked
  phone TEXT, -- null where there is none
  insurance TEXT NOT NULL, -- public, private or none
  city TEXT NOT NULL
);
CREATE TABLE appointments (
  appointment_id INTEGER PRIMARY KEY,
  patient_id INTEGER NOT NULL REFERENCES patients (patient_id),
  doctor_id INTEGER NOT NULL REFERENCES doctors (doctor_id),
  room_id INTEGER REFERENCES rooms (room_id), -- null for calls by video
  starts_at TIMESTAMP NOT NULL, -- YYYY-MM-DD HH:MM
  minutes INTEGER NOT NULL, -- planned length
  status TEXT NOT NULL, -- done, missed, cancelled or booked
  fee DECIMAL(7, 2) -- euros; null unless it is done
);
CREATE TABLE diagnoses (
  code TEXT PRIMARY KEY, -- ICD-10
  name TEXT NOT NULL,
  chronic BOOLEAN NOT NULL -- 1 for a condition that stays
);
CREATE TABLE appointment_diagnoses (
  appointment_id INTEGER NOT NULL REFERENCES appointments (appointment_id),
  code TEXT NOT NULL REFERENCES diagnoses (code),
  certainty TEXT NOT NULL, -- confirmed or suspected
  PRIMARY KEY (appointment_id, code)
);
CREATE TABLE medicines (
  medicine_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  form TEXT NOT NULL, -- tablet, drops, cream or injection
  price DECIMAL(6, 2) NOT NULL -- euros for a pack
);
CREATE TABLE prescriptions (
  prescription_id INTEGER PRIMARY KEY,
  appointment_id INTEGER NOT NULL REFERENCES appointments (appointment_id),
  medicine_id INTEGER NOT NULL REFERENCES medicines (medicine_id),
  packs INTEGER NOT NULL,
  days INTEGER -- how long to take it; null for as needed
);
"""
DEPARTMENTS = (
    ("Cardiology", 2), ("Dermatology", 1), ("General medicine", 0), ("Neurology", 3), ("Orthopaedics", 1),
    ("Paediatrics", 0), ("Ophthalmology", 2),
)  # fmt: skip
DIAGNOSES = (
    ("I10", "Essential hypertension", 1), ("J06.9", "Acute upper respiratory infection", 0),
    ("M54.5", "Low back pain", 0), ("E11.9", "Type 2 diabetes", 1), ("G43.9", "Migraine", 1),
    ("L20.9", "Atopic dermatitis", 1), ("H10.9", "Conjunctivitis", 0), ("J45.9", "Asthma", 1),
    ("S93.4", "Sprained ankle", 0), ("I48.9", "Atrial fibrillation", 1), ("L70.0", "Acne vulgaris", 0),
    ("H52.1", "Myopia", 1), ("G44.2", "Tension-type headache", 0), ("M17.9", "Arthrosis of the knee", 1),
    ("R05", "Cough", 0), ("J30.1", "Hay fever", 1), ("E78.5", "Hyperlipidaemia", 1), ("K29.7", "Gastritis", 0),
)  # fmt: skip
MEDICINES = (
    ("Amlodipine", "tablet", 11.2), ("Ibuprofen", "tablet", 4.95), ("Metformin", "tablet", 13.4),
    ("Sumatriptan", "tablet", 24.6), ("Hydrocortisone", "cream", 8.3), ("Ciprofloxacin", "drops", 15.75),
    ("Salbutamol", "drops", 12.1), ("Diclofenac", "cream", 9.9), ("Apixaban", "tablet", 89.5),
    ("Cetirizine", "tablet", 6.45), ("Atorvastatin", "tablet", 16.8), ("Pantoprazole", "tablet", 10.25),
    ("Triamcinolone", "injection", 31.0), ("Vitamin B12", "injection", 18.9), ("Paracetamol", "tablet", 2.8),
    ("Benzoyl peroxide", "cream", 7.6),
)  # fmt: skip
CITIES = ("Oldhaven", "Mirefield", "Stenby", "Port Avel", "Kirkmere")


def tables(draws: Draws) -> Mapping[str, list[tuple[Any, ...]]]:
    """The rows of each table."""
    departments = [(n, name, floor) for n, (name, floor) in enumerate(DEPARTMENTS, 1)]
    doctors = _doctors(draws, departments)
    rooms = [
        (n, f"{floor}.{n:02}", department)
        for n in range(1, 19)
        for department, _, floor in [departments[(n - 1) % len(departments)]]
    ]
    patients = [
        (n, draws.person(), draws.day("1934-01-01", "2023-12-31").isoformat(),
         or_null(draws, draws.one("fmfmfmfx"), 0.07),
         or_null(draws, f"0{draws.number(200, 999)} {draws.number(10000, 99999)}", 0.15),
         draws.one(("public", "public", "public", "private", "none")), draws.one(CITIES, 1.3))
        for n in range(1, 241)
    ]  # fmt: skip
    appointments = _appointments(draws, patients, doctors, rooms)
    done = [one[0] for one in appointments if one[6] == "done"]
    return {
        "departments": departments,
        "doctors": doctors,
        "rooms": rooms,
        "patients": patients,
        "appointments": appointments,
        "diagnoses": [*DIAGNOSES],
        "appointment_diagnoses": _found(draws, done),
        "medicines": [(n, *one) for n, one in enumerate(MEDICINES, 1)],
        "prescriptions": [
            (n, draws.one(done), draws.number(1, len(MEDICINES)), draws.one((1, 1, 1, 2, 3)),
             or_null(draws, draws.one((5, 7, 10, 14, 30, 90)), 0.2))
            for n in range(1, 341)
        ],
    }  # fmt: skip


def _doctors(draws: Draws, departments: list[tuple[int, str, int]]) -> list[tuple[Any, ...]]:
    made = []
    for n in range(1, 25):
        hired = draws.day("2004-01-01", "2022-12-31")
        left = draws.day("2024-01-01", "2025-03-31").isoformat() if draws.chance(0.15) else None
        name, department = f"Dr. {draws.person()}", departments[(n - 1) % len(departments)][0]
        made.append((n, name, department, hired.isoformat(), left, draws.price(48, 140)))
    return made


def _appointments(
    draws: Draws, patients: list[tuple[Any, ...]], doctors: list[tuple[Any, ...]], rooms: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    days = sorted(draws.day("2024-01-02", "2025-06-30").isoformat() for _ in range(720))
    made = []
    for n, day in enumerate(days, 1):
        there = [one for one in doctors if one[4] is None or day <= one[4]]
        doctor = draws.one(there)
        near = [room[0] for room in rooms if room[2] == doctor[2]]
        status = "booked" if day > "2025-06-15" else draws.one(("done",) * 7 + ("missed", "cancelled", "cancelled"))
        minutes = draws.one((15, 15, 20, 30, 45, 60))
        fee = round(doctor[5] * minutes / 60 + draws.one((0, 0, 12.5, 30)), 2) if status == "done" else None
        at = f"{day} {draws.number(8, 17):02}:{draws.one((0, 15, 30, 45)):02}"
        room = or_null(draws, draws.one(near), 0.12)
        made.append((n, draws.one(patients, 1.5)[0], doctor[0], room, at, minutes, status, fee))
    return made


def _found(draws: Draws, done: list[int]) -> list[tuple[int, str, str]]:
    certain = ("confirmed", "confirmed", "confirmed", "suspected")
    return [
        (appointment, code, draws.one(certain))
        for appointment in done
        for code, *_ in draws.some(DIAGNOSES, draws.one((0, 1, 1, 1, 2)))
    ]
