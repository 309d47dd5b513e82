"""Principal type and shapes of a term, offline: nothing is run, no tensor is allocated.

Damas and Milner (1982) with constraint classes, dimensions, and waiting shape constraints: a word whose result shape
cannot be had by unification (⌊(h+2p−k)/s⌋+1, concat, flatten) gives a forward function of its argument shapes, which
waits until they are known. A ``let`` whose value holds sites is monomorphic, for its weights fix its shapes.
"""

from __future__ import annotations

from .inferencer import infer
from .result import IllTyped, Inference, Observer, Rememberer, ShapeError, Site, shape_of

__all__ = ["IllTyped", "Inference", "Observer", "Rememberer", "ShapeError", "Site", "infer", "shape_of"]
