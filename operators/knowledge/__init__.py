"""Operators that turn documents into knowledge: reading, chunking, cleaning, questions and answers."""
