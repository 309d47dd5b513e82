"""A library as one file: written, read back, and refused when it is not what it says."""

from __future__ import annotations

import hashlib
import json
import warnings
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from library.digests import word_digest
from library.exchange import MANIFEST, export_library, import_library, read_library
from library.records import Conflict, StoreError, Subroutine, Use
from library.store import AbstractStore, open_store
from primitives.syntax import parse


def word(name: str, body: str = "inc", **fields) -> Subroutine:
    found = {"name": name, "type": "int -> int", "kind": "algorithmic", "body": body, **fields}
    return Subroutine(**{"digest": word_digest(parse(body), found.get("weights")), **found})


@pytest.fixture
def source():
    store = open_store("memory:")
    weights = store.blobs.put({"5.weight": torch.arange(6.0).reshape(2, 3)})
    f, net = word("f", provenance={"runs": ["r"]}, saved=3.5), word("net", kind="geometric", weights=weights)
    store.promote([f, net], [Use(f.digest, "sort"), Use(net.digest, "digits")])
    store.promote([word("g", "dec")])
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
    other = word("net", "(lambda (inc $0))")
    target.promote([other])
    before = state(target)
    with pytest.raises(Conflict, match=f"net@{other.digest}"):
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
        (lambda m, o: m.update(schema_version=3), "schema_version=3.*reads up to 2.*upgrade"),
        (lambda m, o: m.update(schema_version="1"), "schema_version='1'"),
        (lambda m, o: m.update(format="holiday photos"), "not that of a library"),
        (lambda m, o: m.update(subroutines={}), "subroutines must be a list"),
        (lambda m, o: m["subroutines"][0].update(kind="magic"), "Subroutine.kind='magic'"),
        (lambda m, o: m["subroutines"][0].update(colour="red"), "colour"),
        (lambda m, o: m["subroutines"][0].pop("body") and None, "body"),
        (lambda m, o: m["subroutines"].append(m["subroutines"][0]), "twice"),
        (lambda m, o: m["subroutines"][0].update(body="dec"), "subroutine='f': digest=.*not those that were promoted"),
        (lambda m, o: m["subroutines"][2].update(body="dec"), "subroutine='net': digest="),
        (lambda m, o: m["subroutines"][0].update(digest="ab" * 32), "subroutine='f': digest=abab"),
        (lambda m, o: m["subroutines"][0].update(body="(lambda"), "subroutine='f': its body cannot be read"),
        (lambda m, o: m["subroutines"][0].update(name="(x"), r"subroutine='\(x': name='\(x' cannot name a word"),
        (lambda m, o: m["uses"].append(3), "Use"),
        (
            lambda m, o: m["uses"].append({"subroutine": "ab" * 32, "task": "t"}),
            "a use for task='t' is of subroutine=abab",
        ),
        (lambda m, o: m["subroutines"][0].update(created=1e30), r"subroutine='f': time=1e\+30 is no moment"),
        (lambda m, o: m["subroutines"][1].update(created=-1.0), "subroutine='g': time=-1.0 is no moment"),
        (lambda m, o: m["history"][0].update(time=1e30), r"history of '.*time=1e\+30 is no moment"),
        (lambda m, o: m["history"][0].update(name="(x"), r"history of '\(x' does not hold: name='\(x' cannot name"),
        (lambda m, o: m["history"][0].update(action="renamed", evidence={"from": "(x"}), r"name='\(x' cannot name"),
        (lambda m, o: m["subroutines"][0].update(provenance={"names": ["(x", "map"]}), r"subroutine='f': name='\(x'"),
        (lambda m, o: m["subroutines"][0].update(provenance={"names": "map"}), "provenance.names='map'"),
        (lambda m, o: m["subroutines"][0].update(provenance={"names": [3]}), "provenance.names has 3"),
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


@pytest.mark.parametrize("name", ["(x", "x)y", "$0", '"q', "a;b", "#r", "@9", ":k", "../../etc/x", "f@d1", "let", "12"])
@pytest.mark.parametrize("place", [0, 1])
def test_no_file_brings_in_a_word_that_no_term_could_name(name, place, file, target):
    """An active one and a demoted one."""
    before = state(target)
    with pytest.raises(StoreError, match="cannot name a word"):
        import_library(target, rewritten(file, lambda m, o: m["subroutines"][place].update(name=name)))
    assert state(target) == before


@pytest.mark.parametrize("part", ["body", "type", "description", "provenance"])
def test_a_text_that_is_too_long_is_refused_before_it_is_parsed(part, file, target, monkeypatch):
    long = "(" + "+ 1 " * 300_000
    value = {"note": long} if part == "provenance" else long
    monkeypatch.setattr("library.digests.parse", lambda text: pytest.fail("it was parsed"))
    with pytest.raises(StoreError, match=f"subroutine='f': its {part} has 1200.* characters, at most 10+ are read"):
        import_library(target, rewritten(file, lambda m, o: m["subroutines"][0].update({part: value})))


def test_many_long_bodies_are_refused_together(file, target, monkeypatch):
    monkeypatch.setattr("library.exchange.MAX_BODIES", 8)
    with pytest.raises(StoreError, match="its 3 bodies have 9 characters, at most 8 are read"):
        import_library(target, file)


def test_words_of_baselines_without_weights_have_their_own_digest(file, target):
    old = hashlib.sha256(b"inc\n").hexdigest()

    def older(manifest, others) -> None:
        new = manifest["subroutines"][0]["digest"]
        manifest["subroutines"][0]["digest"] = old
        manifest["uses"] = [{**use, "subroutine": old} if use["subroutine"] == new else use for use in manifest["uses"]]

    assert import_library(target, rewritten(file, older)) == 3 and target.subroutine("f").digest == old


def test_renamed_words_travel_with_the_names_that_they_had(source, tmp_path, target):
    source.rename("net", "digits_net")
    export_library(source, tmp_path / "renamed.zip")
    assert read_library(tmp_path / "renamed.zip").history[-1].action == "renamed"
    assert import_library(target, tmp_path / "renamed.zip") == 4
    assert target.subroutines(None) == source.subroutines(None)


def test_a_word_that_is_there_under_another_name_keeps_it(source, file, tmp_path):
    """Renamed here and come in under the old name, and the other way round."""
    with open_store(str(tmp_path / "here.db")) as here, open_store("memory:") as there:
        for store in (here, there):
            import_library(store, file)
        here.rename("f", "increment")
        assert import_library(here, file) == 0 and here.subroutine("increment").state == "active"
        export_library(here, tmp_path / "renamed.zip")
        assert import_library(there, tmp_path / "renamed.zip") == 1
        digest = there.subroutine("f").digest
        assert there.subroutine("increment", digest).state == "demoted"


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
