"""What every benchmark is given: how often to measure, where to work, whom to tell."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from taskslib.cancellation import Cancellation
from tests.bench.measure import Usage, run


@dataclass(frozen=True, slots=True)
class Bench:
    """One call of `inv bench`."""

    cancellation: Cancellation
    say: Callable[[str], None]
    """Told what is going on."""
    runs: int = 0
    """How often to measure; 0 leaves it to each benchmark."""

    def rounds(self, default: int) -> int:
        """Return how often to measure."""
        return self.runs or default

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """Make a folder that is gone afterwards, however that comes."""
        with tempfile.TemporaryDirectory(prefix="taskslib-bench-") as folder:
            yield Path(folder).resolve()

    def run(
        self,
        argv: Sequence[str],
        folder: Path,
        *,
        env: Mapping[str, str] | None = None,
        codes: Sequence[int] = (0,),
    ) -> Usage:
        """Run a command and return what it took; see `measure.run`."""
        return run(argv, folder, self.cancellation, env=env, codes=codes)
