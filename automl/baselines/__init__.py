"""Hand-designed systems as declarations: ``automl.baselines.load("conv2-relu")`` gives program, data and trainer."""

from .declaration import Baseline, Protocol, Published
from .reading import every, load, names

__all__ = ["Baseline", "Protocol", "Published", "every", "load", "names"]
