"""Giving memory back: asked for after large searches only, and no error where the C library cannot."""

import ctypes

from search.enumeration import trimming


def test_only_large_searches_are_worth_it(monkeypatch):
    asked = []
    monkeypatch.setattr(trimming, "_trimmer", lambda: asked.append)
    trimming.trim(trimming.LEAST - 1)
    assert asked == []
    trimming.trim(trimming.LEAST)
    assert asked == [0]


def test_other_c_libraries_are_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    trimming._trimmer.cache_clear()
    try:
        trimming.trim(1 << 40)
        assert trimming._trimmer() is None
    finally:
        trimming._trimmer.cache_clear()
