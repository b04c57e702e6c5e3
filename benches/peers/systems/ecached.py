"""ecached: a program in Rust, which takes the same commands as the processes of the other systems."""

from ..stores import MEMORY, REDIS
from .system import System


class Ecached(System):
    """The program of `src/bin/ancestors.rs`; measured when its path is given."""

    name = "ecached"
    stores = (MEMORY, REDIS)
    has_tags = True
    is_program = True
