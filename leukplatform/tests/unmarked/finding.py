from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Finding:
    """A text that users see and that no translator would be given."""

    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {' '.join(self.text.split())[:100]}"
