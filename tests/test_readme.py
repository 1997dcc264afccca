"""The README is true: every command in it is run, and what it shows is what comes out.

`python tests/test_readme.py` writes the present output into the README; look at the difference before you commit it.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


BOOKS = "out/books"
"""Where the README tells its reader to keep books that are only tried. The test has its own."""


def run(command: str, books: str) -> str:
    """The command as a reader would type it, with this environment's rehabill, a hundred columns wide."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "100", "REHABILL_HOME": books}
    environment.pop("REHABILL_DATABASE_URL", None)
    done = subprocess.run(command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    lines = [line.rstrip().replace(books, BOOKS) for line in (done.stdout + done.stderr).splitlines()]
    return "\n".join(lines).strip("\n") + "\n"


def test_every_command_prints_what_the_readme_shows(tmp_path: Path) -> None:
    blocks = list(BLOCK.finditer(README.read_text(encoding="utf-8")))
    assert len(blocks) >= 5
    for block in blocks:
        assert run(block["command"], str(tmp_path)) == block["output"], block["command"]


def test_the_python_example_prints_what_it_says() -> None:
    (example,) = PYTHON.findall(README.read_text(encoding="utf-8"))
    said = [line.removeprefix("# ") for line in example.splitlines() if line.startswith("# ")]
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == said


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as made:
        shown = BLOCK.sub(lambda found: f"```console\n$ {found['command']}\n{run(found['command'], made)}```", text)
    README.write_text(shown, encoding="utf-8")
