"""List the benchmarks."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    for path in sorted((*HERE.glob("*.py"), *HERE.glob("web/*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        is_command = any(
            isinstance(part, ast.FunctionDef) and part.name == "main" for part in tree.body
        )
        if is_command and not path.name.startswith("_"):
            doc = ast.get_docstring(tree) or ""
            name = ".".join(path.relative_to(HERE).with_suffix("").parts)
            print(f"python -m benchmarks.{name:<12} {doc.splitlines()[0] if doc else ''}")


if __name__ == "__main__":
    main()
