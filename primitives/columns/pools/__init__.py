"""Values as 64-bit integers: scalars stand for themselves, all else is interned once in the pool of its type.

Equal values have equal codes, so a column of codes can be compared, hashed and gathered without looking inside.
``FAIL`` is the code of a failure in every type.
"""

from .codes import FAIL, NOTHING
from .pool import Pool
from .sequences import SequencePool
from .tuples import TuplePool
from .values import Values

__all__ = ["FAIL", "NOTHING", "Pool", "SequencePool", "TuplePool", "Values"]
