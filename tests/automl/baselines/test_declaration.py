"""Declarations: the published parameter counts, by inference alone, and one clear error for what is malformed."""

from __future__ import annotations

import pytest

from automl.baselines import every, load, names
from automl.baselines.reading import read
from automl.commands.common import print_table
from automl.errors import TaskError

PART_A = [
    "shallow", "conv-only", "conv", "conv2", "conv2-tanh", "conv2-relu", "conv2-relu-expanded",
    "conv2-relu-expanded-fc300", "conv2-relu-expanded-fc1000", "conv2-relu-expanded-2fc100",
    "conv2-relu-expanded-2fc300", "conv2-relu-expanded-2fc1000", "conv2-relu-expanded-dropout",
    "conv2-relu-expanded-ensemble",
]  # fmt: skip
COUNTS = {
    "shallow": 79_510,
    "conv": 289_630,
    "conv2": 85_670,
    "conv2-tanh": 85_670,
    "conv2-relu": 85_670,
    "conv2-relu-expanded": 85_670,
    "conv2-relu-expanded-dropout": 1_672_570,
}
SMALL = """
title = "small"
source = "a test"
data = "digits"
program = "(lambda (x) (pipe x flatten (dense :units {units} @first) relu (dense :units 10 @last) log_softmax))"
[values]
units = 8
[published]
accuracy = 0.5
input = [1, 8, 8]
[book]
epochs = 2
trainer = { optimiser = "sgd", rate = 0.1 }
"""


@pytest.fixture
def declared(tmp_path):
    """The declaration in a text, as the file ``small.toml``."""

    def write(text):
        path = tmp_path / "small.toml"
        path.write_text(text)
        return read(path)

    return write


def test_the_series_is_there_in_its_order():
    listed = [baseline.id for baseline in every()]
    assert [name for name in listed if name in PART_A] == PART_A
    assert sorted(listed) == names()


@pytest.mark.parametrize("name", names())
def test_a_declared_count_is_the_inferred_one(name):
    baseline = load(name)
    if baseline.published.parameters is not None:
        assert baseline.inference.parameters == baseline.published.parameters


@pytest.mark.parametrize(("name", "count"), COUNTS.items())
def test_published_counts(name, count):
    assert load(name).inference.parameters == count


@pytest.mark.parametrize("name", PART_A[:-1])
def test_both_protocols_train_the_same_program(name):
    baseline = load(name)
    assert baseline.text("book") == baseline.program
    book = baseline.protocol("book")
    assert book.trainer["batch_size"] == 10 and book.trainer["schedule"] == "constant"


def test_an_alias_and_a_path_are_other_names(tmp_path):
    assert load("conv2-relu-dropout").id == "conv2-relu-expanded-dropout"
    (tmp_path / "own.toml").write_text(SMALL)
    assert load(tmp_path / "own.toml").id == "own"


def test_values_stand_in_the_program_and_a_protocol_may_replace_them(declared):
    baseline = declared(SMALL + "values = { units = 4 }\n")
    assert ":units 8" in baseline.program and ":units 4" in baseline.text("book")
    assert baseline.inference.parameters == 64 * 8 + 8 + 8 * 10 + 10


def test_definitions_are_words_and_may_use_earlier_ones(declared):
    text = SMALL.replace("relu (dense :units 10 @last)", "twice (dense :units 10 @last)")
    blocks = (
        '[definitions]\nonce = "(lambda (x) (pipe x (dense :units 5) relu))"\ntwice = "(lambda (x) (once (once x)))"\n'
    )
    baseline = declared(text.replace("[values]", blocks + "[values]"))
    assert baseline.inference.parameters == 64 * 8 + 8 + (8 * 5 + 5) + (5 * 5 + 5) + 5 * 10 + 10


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "small"', "", "title"),
        ('title = "small"', "title = 3", "title"),
        ("[values]", "colour = 1\n[values]", "colour"),
        ("accuracy = 0.5", "accuracy = 50.0", "divide"),
        ("input = [1, 8, 8]", "input = [1, 0, 8]", "input"),
        ("epochs = 2", "", "epochs"),
        ("epochs = 2", "epochs = 0", "epochs=0"),
        ("epochs = 2", 'epochs = 2\nexpand = "more"', "translations"),
        ("rate = 0.1", "rates = 0.1", "rates"),
        ("rate = 0.1", 'trainer = "no"', "no"),
        ("epochs = 2", "epochs = 2\ninitialisation = { first = { weight = -1.0 } }", "first"),
        ("epochs = 2", "epochs = 2\nmilestones = [2]", "milestones"),
        ("[book]", "[books]", "books"),
        ('source = "a test"', "source = ", "TOML"),
    ],
)
def test_a_malformed_declaration_is_one_error_that_names_the_field(declared, old, new, said):
    assert old in SMALL
    with pytest.raises(TaskError, match=said):
        declared(SMALL.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"), [("relu", "rely"), (":units {units}", ":unit 3"), ("log_softmax))", "log_softmax)")]
)
def test_a_program_that_cannot_be_read_is_one_error(declared, old, new):
    baseline = declared(SMALL.replace(old, new))
    with pytest.raises(TaskError, match="program"):
        baseline.term()


def test_a_program_without_a_type_is_one_error(declared):
    with pytest.raises(TaskError, match="program"):
        _ = declared(SMALL.replace("flatten ", "")).inference


def test_an_unknown_name_tells_those_that_there_are():
    with pytest.raises(TaskError, match="conv2-relu"):
        load("lenet-6")


def test_the_key_is_what_decides_a_result(declared):
    baseline = declared(SMALL)
    key = baseline.key("book", 2, "data")
    assert (
        declared(SMALL.replace('"small"', '"renamed"').replace("accuracy = 0.5", "accuracy = 0.6")).key(
            "book", 2, "data"
        )
        == key
    )
    others = [
        declared(SMALL.replace("rate = 0.1", "rate = 0.2")).key("book", 2, "data"),
        declared(SMALL.replace("units = 8", "units = 9")).key("book", 2, "data"),
        baseline.key("book", 3, "data"),
        baseline.key("book", 2, "other data"),
    ]
    assert len({key, *others}) == 5


def test_a_vote_has_the_program_of_its_members_and_its_own_figure(declared, tmp_path):
    declared(SMALL)
    head = 'title = "vote"\nsource = "a test"\n[published]\naccuracy = 0.8\n[vote]\n'
    (tmp_path / "vote.toml").write_text(head + 'of = "small"\ncount = 5\n')
    vote = load(tmp_path / "vote.toml")
    assert vote.program == vote.member.program and vote.published.accuracy == 0.8 and vote.vote.count == 5
    assert vote.member.id == "small" and vote.member.member is vote.member
    for wrong in ('of = "nothing"\ncount = 5\n', 'of = "small"\ncount = 0\n', 'of = "small"\n'):
        (tmp_path / "vote.toml").write_text(head + wrong)
        with pytest.raises(TaskError, match="vote"):
            load(tmp_path / "vote.toml")


def test_a_declared_trainer_validates_each_epoch(declared):
    trainer = declared(SMALL).trainer("book")
    assert trainer.values["rate"] == 0.1 and trainer.values["validations"] >= 2


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(TaskError, match=r"no_net\.toml': there is no such file"):
        load(tmp_path / "no_net.toml")


def test_no_id_is_cut_off_in_a_narrow_table(capsys):
    print_table(["id", *"abcdefgh"], [["conv2-relu-expanded-2fc1000", *["some words about it"] * 8]])
    lines = capsys.readouterr().out.splitlines()
    assert "".join(line.partition("│")[0].strip() for line in lines[2:]) == "conv2-relu-expanded-2fc1000"
