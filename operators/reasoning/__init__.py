"""Operators for questions with worked solutions and answers that can be checked."""
