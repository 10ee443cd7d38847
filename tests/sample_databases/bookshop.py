"""A bookshop that sells by mail: books with several authors and genres, orders, reviews."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from drawing import Draws, or_null

DDL = """
CREATE TABLE publishers (
  publisher_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL, -- ISO 3166 code of two letters
  founded INTEGER -- year; null where it is not known
);
CREATE TABLE authors (
  author_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL, -- ISO 3166 code of two letters
  birth_year INTEGER -- null for authors who do not tell
);
CREATE TABLE books (
  book_id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  publisher_id INTEGER REFERENCES publishers (publisher_id), -- null for books that authors publish themselves
  published_on DATE NOT NULL,
  price DECIMAL(6, 2) NOT NULL, -- present price in euros
  pages INTEGER, -- null for audio books
  language TEXT NOT NULL, -- ISO 639-1 code
  stock INTEGER NOT NULL -- copies in the warehouse
);
CREATE TABLE book_authors (
  book_id INTEGER NOT NULL REFERENCES books (book_id),
  author_id INTEGER NOT NULL REFERENCES authors (author_id),
  role TEXT NOT NULL, -- author, translator or illustrator
  PRIMARY KEY (book_id, author_id)
);
CREATE TABLE book_genres (
  book_id INTEGER NOT NULL REFERENCES books (book_id),
  genre TEXT NOT NULL, -- a book has one to three
  PRIMARY KEY (book_id, genre)
);
CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  email TEXT, -- null for customers who order by letter
  city TEXT NOT NULL,
  joined_on DATE NOT NULL,
  newsletter BOOLEAN NOT NULL -- 1 if they get it
);
CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  ordered_on DATE NOT NULL,
  shipped_on DATE, -- null while it is open or was cancelled
  status TEXT NOT NULL, -- open, shipped, returned or cancelled
  shipping_cost DECIMAL(5, 2) NOT NULL -- euros; 0 for free delivery
);
CREATE TABLE order_items (
  order_id INTEGER NOT NULL REFERENCES orders (order_id),
  book_id INTEGER NOT NULL REFERENCES books (book_id),
  quantity INTEGER NOT NULL,
  unit_price DECIMAL(6, 2) NOT NULL, -- euros at the time of the order, which may differ from the present price
  PRIMARY KEY (order_id, book_id)
);
CREATE TABLE reviews (
  review_id INTEGER PRIMARY KEY,
  book_id INTEGER NOT NULL REFERENCES books (book_id),
  customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
  stars INTEGER NOT NULL, -- 1, the worst, to 5
  words TEXT, -- null for a review of stars alone
  written_on DATE NOT NULL
);
"""
HOUSES = (
    "Harbour Lane Press", "Edições Maré", "Nordlicht Verlag", "Kestrel & Vine", "Atelier du Pont", "Saguaro Books",
    "Blue Heron House", "Tramontana Editori", "Juniper Street", "Ostrov", "Copper Bell", "Minato Shobō",
)  # fmt: skip
COUNTRIES = ("GB", "DE", "FR", "US", "PT", "IT", "JP", "PL", "SE", "NG")
OF = "Salt Winter Glass Rivers Ashes Lanterns Ravens Silence Copper Orchards Tides Letters Stone Honey Maps".split()
THING = "House Garden Atlas Book Daughter Keeper Weight History Year Road Song Grammar Cartographer Island".split()
GENRES = ("novel", "crime", "history", "science", "poetry", "travel", "children", "biography", "fantasy", "cooking")
CITIES = ("Lisbon", "Leipzig", "Lyon", "Leeds", "Lund", "Łódź", "Turin", "Utrecht")
WORDS = ("Could not put it down.", "Too long by half.", "A gift that pleased.", "Fine, but the print is small.",
         "It is better than the first one.", "I expected more.")  # fmt: skip


def tables(draws: Draws) -> Mapping[str, list[tuple[Any, ...]]]:
    """The rows of each table."""
    made = _stock(draws)
    books, customers = made["books"], _customers(draws)
    orders = _orders(draws, customers)
    items = [
        (order[0], book[0], draws.one((1, 1, 1, 2, 3)), round(book[4] * (0.9 if draws.chance(0.2) else 1), 2))
        for order in orders
        for book in draws.some([book for book in books if book[3] <= order[2]], draws.one((1, 1, 2, 2, 3)))
    ]
    sold = [(orders[item[0] - 1], item[1]) for item in items]
    reviews = [
        (
            n,
            book,
            order[1],
            draws.one((5, 4, 5, 3, 4, 2, 1)),
            or_null(draws, draws.one(WORDS), 0.4),
            _later(draws, order),
        )
        for n, (order, book) in enumerate(draws.some([one for one in sold if one[0][3]], 180), 1)
    ]
    return {**made, "customers": customers, "orders": orders, "order_items": items, "reviews": reviews}


def _stock(draws: Draws) -> dict[str, list[tuple[Any, ...]]]:
    publishers = [
        (n, name, draws.one(COUNTRIES), or_null(draws, draws.number(1887, 2015), 0.2))
        for n, name in enumerate(HOUSES, 1)
    ]
    authors = [
        (n, draws.person(), draws.one(COUNTRIES), or_null(draws, draws.number(1921, 1998), 0.25)) for n in range(1, 61)
    ]
    titles = [f"The {thing} of {of}" for thing in THING for of in OF]
    books = [
        (n, title, or_null(draws, draws.one(publishers, 1.5)[0], 0.1),
         draws.day("1998-02-01", "2025-05-31").isoformat(), draws.number(5, 38) + draws.one((0.0, 0.5, 0.9, 0.99)),
         or_null(draws, draws.number(72, 880), 0.08), draws.one(("en", "de", "fr", "pt", "it"), 2), draws.number(0, 60))
        for n, title in enumerate(draws.some(titles, 150), 1)
    ]  # fmt: skip
    written = [
        (book[0], author[0], "author" if place == 0 or draws.chance(0.4) else draws.one(("translator", "illustrator")))
        for book in books
        for place, author in enumerate(draws.some(authors, draws.one((1, 1, 1, 2, 3))))
    ]
    genres = [(book[0], genre) for book in books for genre in draws.some(GENRES, draws.one((1, 1, 2, 2, 3)))]
    return {
        "publishers": publishers,
        "authors": authors,
        "books": books,
        "book_authors": written,
        "book_genres": genres,
    }


def _customers(draws: Draws) -> list[tuple[Any, ...]]:
    names = [draws.person() for _ in range(160)]
    return [
        (n, name, or_null(draws, f"customer{n}@example.org", 0.12), draws.one(CITIES, 1.4),
         draws.day("2021-03-01", "2025-03-31").isoformat(), int(draws.chance(0.55)))
        for n, name in enumerate(names, 1)
    ]  # fmt: skip


def _orders(draws: Draws, customers: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    days = sorted(draws.day("2023-01-02", "2025-06-30") for _ in range(400))
    made = []
    for n, day in enumerate(days, 1):
        status = draws.one(("shipped", "shipped", "shipped", "shipped", "returned", "cancelled", "open"), 1.3)
        shipped = (day + timedelta(days=draws.number(0, 9))).isoformat() if status in ("shipped", "returned") else None
        cost = draws.one((0.0, 3.9, 3.9, 5.5, 9.0))
        known = [one[0] for one in customers if one[4] <= day.isoformat()]
        made.append((n, draws.one(known, 1.6), day.isoformat(), shipped, status, cost))
    return made


def _later(draws: Draws, order: tuple[Any, ...]) -> str:
    """A day some time after an order was shipped."""
    return (date.fromisoformat(order[3]) + timedelta(days=draws.number(2, 60))).isoformat()
