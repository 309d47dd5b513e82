"""A run for TensorBoard: scores by ask, curves by epoch, the settings and the program as texts, the program as a graph."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from ..charts.tree import TreeNode, node_of
from ..errors import StudyError
from ..views.run import settings_of
from .history import RunHistory, measured, need

if TYPE_CHECKING:
    from tensorboard.compat.proto.graph_pb2 import GraphDef

EXTRA = "tensorboard"
_UNFIT = re.compile(r"[^\w.-]+")


def check_tensorboard() -> None:
    """Raises StudyError where TensorBoard is not installed."""
    need("tensorboard", EXTRA)


def write_tensorboard(history: RunHistory, folder: Path) -> Path:
    """Writes a run as an events file into a folder of its own, in place of what was written for it before; gives that folder.

    history: of the search.
    folder: what ``tensorboard --logdir`` is given.

    Raises StudyError where TensorBoard is not installed, OSError where the folder cannot be written.
    """
    check_tensorboard()
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary
    from tensorboard.plugins.text.summary_v2 import text_pb
    from tensorboard.summary.writer.event_file_writer import EventFileWriter

    run = history.run
    target = folder / f"{_UNFIT.sub('_', run.task)[:60]}-{run.id}"
    target.mkdir(parents=True, exist_ok=True)
    for before in target.glob("events.out.tfevents.*"):
        before.unlink()
    writer = EventFileWriter(str(target))
    try:
        for each in measured(history):
            summary = Summary(value=[Summary.Value(tag=each.name, simple_value=each.value)])
            writer.add_event(Event(wall_time=each.time, step=each.step, summary=summary))
        for name, text in _texts(history).items():
            writer.add_event(Event(wall_time=run.started, summary=text_pb(name, text)))
        if history.result is not None:
            term = history.vocabulary.read(history.result.evaluation.term)
            graph = graph_of_tree(node_of(term)).SerializeToString()
            writer.add_event(Event(wall_time=run.started, graph_def=graph))
    except ValueError as error:  # a word of a plug-in that is not here
        raise StudyError(f"run={run.id!r}: its program cannot be read here ({error}); give its --plugins") from None
    finally:
        writer.close()
    return target


def _texts(history: RunHistory) -> dict[str, str]:
    """What is shown as text, in Markdown."""
    rows = [f"| {_cell(name)} | {_cell(text)} |" for name, text in settings_of(history.run, handed_on=True)]
    found = {"settings": "\n".join(["| setting | value |", "|---|---|", *rows])}
    if history.result is not None:
        lines = history.program(history.result.evaluation).splitlines()
        found["program"] = "\n".join(f"    {line}" for line in lines)
    return found


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def graph_of_tree(root: TreeNode) -> GraphDef:
    """The graph that TensorBoard draws: a node a word, with its settings; what goes in is one node, however often it is used.

    root: the lowest node of the tree.
    """
    from tensorboard.compat.proto.graph_pb2 import GraphDef

    graph = GraphDef()
    _add(graph, root, {}, {})
    return graph


def _add(graph: GraphDef, node: TreeNode, variables: dict[str, str], known: dict[str, int]) -> str:
    """Adds a node after all that goes into it; gives its name. ``variables`` are those that are there, ``known`` how often a name was
    given."""
    from tensorboard.compat.proto.attr_value_pb2 import AttrValue
    from tensorboard.compat.proto.node_def_pb2 import NodeDef

    if node.kind == "variable" and node.label in variables:
        return variables[node.label]
    inputs = [_add(graph, each, variables, known) for each in node.inputs]
    operation, _, settings = node.label.partition(" ")
    kind = "Placeholder" if node.kind == "variable" else "Const" if node.kind == "literal" else operation
    name = _name(operation, known)
    if node.kind == "variable":
        variables[node.label] = name
    attributes = {"settings": AttrValue(s=settings.encode())} if settings else {}
    graph.node.append(NodeDef(name=name, op=kind, input=inputs, attr=attributes))
    return name


def _name(text: str, known: dict[str, int]) -> str:
    """A name that TensorBoard takes, and that no other node has: without a slash, which would begin a group."""
    name = _UNFIT.sub("_", text).strip("_.") or "node"
    known[name] = known.get(name, 0) + 1
    return name if known[name] == 1 else f"{name}.{known[name]}"
