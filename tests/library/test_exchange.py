"""A library as one file: written, read back, and refused when it is not what it says."""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.exchange import MANIFEST, export_library, import_library, read_library
from library.records import Conflict, StoreError, Subroutine, Use
from library.store import AbstractStore, open_store


def word(name: str, digest: str, **fields) -> Subroutine:
    return Subroutine(
        **{"name": name, "digest": digest, "type": "int -> int", "kind": "algorithmic", "body": "inc", **fields}
    )


@pytest.fixture
def source():
    store = open_store("memory:")
    weights = store.blobs.put({"5.weight": torch.arange(6.0).reshape(2, 3)})
    store.promote(
        [word("f", "d1", provenance={"runs": ["r"]}, saved=3.5), word("net", "d2", kind="geometric", weights=weights)],
        [Use("d1", "sort"), Use("d2", "digits")],
    )
    store.promote([word("g", "d3")])
    store.demote("g")
    return store


@pytest.fixture
def file(source, tmp_path) -> Path:
    assert export_library(source, tmp_path / "library.zip") == 3
    return tmp_path / "library.zip"


@pytest.fixture(params=["memory:", "sqlite"])
def target(request, tmp_path):
    with open_store("memory:" if request.param == "memory:" else str(tmp_path / "target.db")) as store:
        yield store


def state(store: AbstractStore) -> tuple:
    return store.subroutines(None), store.uses(), store.history(), tuple(store.blobs.digests())


def test_a_library_travels_whole(source, file, target):
    assert import_library(target, file) == 3
    assert target.subroutines(None) == source.subroutines(None) and target.uses() == source.uses()
    weights = target.subroutine("net").weights
    assert torch.equal(target.blobs.get(weights)["5.weight"], torch.arange(6.0).reshape(2, 3))
    change = target.history("net")[0]
    assert change.action == "imported" and change.evidence["file"] == "library.zip"
    assert target.snapshot() == source.snapshot()


def test_importing_twice_changes_nothing(file, target):
    import_library(target, file)
    before = state(target)
    assert import_library(target, file) == 0 and state(target) == before


def test_a_taken_name_leaves_the_store_untouched(file, target):
    target.promote([word("net", "d9")])
    before = state(target)
    with pytest.raises(Conflict, match="net@d9"):
        import_library(target, file)
    assert state(target) == before


def test_a_check_may_refuse(file, target):
    def refuse(parcel):
        assert {each.name for each in parcel.subroutines} == {"f", "g", "net"}
        raise StoreError("body of f does not type-check")

    before = state(target)
    with pytest.raises(StoreError, match="type-check"):
        import_library(target, file, refuse)
    assert state(target) == before


def test_exporting_names_what_is_missing(source, tmp_path):
    source.blobs.gc([], older_than=0.0)
    with pytest.raises(StoreError, match="weights="):
        export_library(source, tmp_path / "x.zip")
    with pytest.raises(StoreError, match="written"):
        export_library(open_store("memory:"), tmp_path / "absent" / "x.zip")
    assert list(tmp_path.iterdir()) == []


def rewritten(file: Path, change) -> Path:
    """The library file with its parts (name to bytes, the manifest as data) changed."""
    with zipfile.ZipFile(file) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    manifest = json.loads(dict(parts)[MANIFEST])
    others = [part for part in parts if part[0] != MANIFEST]
    others = change(manifest, others) or others
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")  # names that are there twice
        archive.writestr(MANIFEST, json.dumps(manifest))
        for name, data in others:
            archive.writestr(name, data)
    return file


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m, o: m.update(schema_version=2), "schema_version=2.*reads up to 1.*upgrade"),
        (lambda m, o: m.update(schema_version="1"), "schema_version='1'"),
        (lambda m, o: m.update(format="holiday photos"), "not that of a library"),
        (lambda m, o: m.update(subroutines={}), "subroutines must be a list"),
        (lambda m, o: m["subroutines"][0].update(kind="magic"), "Subroutine.kind='magic'"),
        (lambda m, o: m["subroutines"][0].update(colour="red"), "colour"),
        (lambda m, o: m["subroutines"][0].pop("body") and None, "body"),
        (lambda m, o: m["subroutines"].append(m["subroutines"][0]), "twice"),
        (lambda m, o: m["uses"].append(3), "Use"),
        (lambda m, o: m["weights"].clear(), "other tensors"),
        (lambda m, o: [(o[0][0], o[0][1][:-1] + b"x")], "damaged"),
        (lambda m, o: [("weights/none.safetensors", b"")], "no library file holds"),
        (lambda m, o: [*o, ("../../etc/passwd", b"root")], "no library file holds"),
        (lambda m, o: [*o, ("/tmp/x.safetensors", b"x")], "no library file holds"),
        (lambda m, o: [*o, *o], "twice"),
        (lambda m, o: [*o, ("weights/" + "0" * 64 + ".safetensors", b"")], "used by no subroutine"),
        (lambda m, o: m["subroutines"][0].update(weights="0" * 64), "missing"),
        (lambda m, o: [*o, (MANIFEST, b"{}")], "one manifest"),
    ],
)
def test_a_file_that_lies_is_refused(change, message, file, target):
    before = state(target)
    with pytest.raises(StoreError, match=message) as caught:
        import_library(target, rewritten(file, change))
    assert str(file) in str(caught.value) and state(target) == before


def test_a_file_that_is_too_large_is_refused(file, target, monkeypatch):
    monkeypatch.setattr("library.exchange.MAX_TOTAL", 100)
    with pytest.raises(StoreError, match="too large"):
        import_library(target, file)
    monkeypatch.undo()
    monkeypatch.setattr("library.exchange.MAX_MANIFEST", 10)
    with pytest.raises(StoreError, match="at most 10"):
        import_library(target, file)


def test_compressed_weights_are_refused(file, target):
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    with pytest.raises(StoreError, match="compressed"):
        import_library(target, file)


def test_a_file_that_is_absent_or_no_zip_is_refused(tmp_path, target):
    with pytest.raises(StoreError, match="absent.zip"):
        import_library(target, tmp_path / "absent.zip")
    with pytest.raises(StoreError, match="cannot be read"):
        import_library(target, tmp_path)
    (tmp_path / "x.zip").write_bytes(b"hello")
    with pytest.raises(StoreError, match="not a sound library file"):
        import_library(target, tmp_path / "x.zip")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(place=st.integers(0, 3000), patch=st.binary(min_size=1, max_size=8), cut=st.booleans())
def test_no_damage_does_more_than_be_refused(file, place, patch, cut):
    sound = file.read_bytes()
    broken = file.with_name("broken.zip")
    broken.write_bytes(sound[:place] if cut else sound[:place] + patch + sound[place + len(patch) :])
    try:
        parcel = read_library(broken)
    except StoreError:
        return
    assert all(each.weights is None or each.weights in parcel.weights for each in parcel.subroutines)
