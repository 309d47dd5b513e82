"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from library.files import whole_file


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def write(path, content=b"new"):
    with whole_file(path) as stream:
        stream.write(content)


def test_a_file_is_as_it_was_where_writing_fails(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.csv"]


def test_permissions_are_those_of_the_file_or_of_new_files(tmp_path):
    secret, new, usual = tmp_path / "secret", tmp_path / "new", tmp_path / "usual"
    secret.touch()
    secret.chmod(0o600)
    usual.touch()
    write(secret)
    write(new)
    assert mode_of(secret) == 0o600 and mode_of(new) == mode_of(usual)


def test_of_a_link_the_file_is_written(tmp_path):
    (tmp_path / "there").mkdir()
    file, link = tmp_path / "there" / "a", tmp_path / "link"
    file.touch()
    link.symlink_to(file)
    write(link)
    assert link.is_symlink() and file.read_bytes() == b"new"


def test_a_pipe_stays_one(tmp_path):
    pipe, got = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write(pipe)
    reader.join(10)
    assert got == [b"new"] and stat.S_ISFIFO(pipe.stat().st_mode)
