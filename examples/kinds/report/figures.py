"""Figures of a list of numbers."""

import statistics


def figures(numbers):
    return {"mean": statistics.mean(numbers), "median": statistics.median(numbers)}
