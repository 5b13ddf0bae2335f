"""Executes one notebook: reads the .ts (percent format), runs it, writes the .ipynb.

The .ipynb is a function of the .ts and of what its cells print: no times, no random cell ids, and consecutive
writes to one stream joined, so that two runs are equal byte for byte.

    python execute.py SOURCE.ts OUTPUT.ipynb [--compare COMMITTED.ipynb] [--timeout SECONDS]

Prints "kernel ready" once its kernel runs. Exit code 0; 1 when a cell failed or the notebook differs from the
committed one, with the reason on stdout.
"""

import argparse
import difflib
import json
import os
import re
import sys
from pathlib import Path

import jupytext
import nbformat
from jupytext.config import load_jupytext_config
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

KERNEL = "tslab"
READY = "kernel ready"
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_DIFF_LINE = 160
LONGEST_DIFF = 80


class Problem(Exception):
    """Something about the notebook that its author can mend."""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--compare", type=Path)
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one cell")
    arguments = parser.parse_args()
    try:
        notebook = read_source(arguments.source)
        execute(notebook, arguments.source.parent, arguments.timeout)
        text = nbformat.writes(notebook) + "\n"
        refuse_machine_paths(text, arguments.source)
        arguments.output.write_text(text, encoding="utf-8")
        if arguments.compare:
            compare(text, arguments.compare)
    except Problem as problem:
        print(problem)
        return 1
    return 0


def read_source(source):
    """The notebook of a .ts file, as `jupytext --sync` would make it but with cell ids that count."""
    notebook = jupytext.read(source, config=load_jupytext_config(str(source)))
    if notebook.metadata.get("kernelspec", {}).get("name") != KERNEL:
        raise Problem(
            f"{source.name} must name the kernel {KERNEL} in its header (jupyter: kernelspec: name: {KERNEL}): "
            "without it Jupyter would take TypeScript for Python"
        )
    # How the .ts is written is a matter of the .ts.
    notebook.metadata.get("jupytext", {}).pop("text_representation", None)
    for index, cell in enumerate(notebook.cells):
        cell.id = f"cell-{index:02}"
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def execute(notebook, directory, timeout):
    # One more cell, taken away again: what a last cell leaves floating fails the cell after it.
    notebook.cells.append(nbformat.v4.new_code_cell("void 0;"))
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=timeout,
        resources={"metadata": {"path": str(directory)}},
        startup_timeout=300,
        record_timing=False,
        coalesce_streams=True,
        on_notebook_start=lambda **_: print(READY, flush=True),
    )
    try:
        client.execute()
    except CellExecutionError:
        raise Problem(failure(notebook)) from None
    except CellTimeoutError:
        raise Problem(f"{running(notebook)} took longer than {timeout} s") from None
    except DeadKernelError:
        raise Problem(f"the kernel died in {running(notebook)}") from None
    notebook.cells.pop()


def failure(notebook):
    """The failing cell, its number and the error's text."""
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type != "error":
                continue
            last = index == len(notebook.cells) - 1
            where = "after the last cell" if last else f"in cell {index + 1} of {len(notebook.cells) - 1}"
            lines = [] if last else [f"  | {line}" for line in cell.source.splitlines()[:12]]
            traceback = ESCAPES.sub("", "\n".join(output.traceback)) or f"{output.ename}: {output.evalue}"
            return "\n".join([f"failed {where}:", *lines, *(f"  {line}" for line in traceback.splitlines())])
    return f"failed in {running(notebook)} without an error message"


def running(notebook):
    """The last code cell that was started."""
    started = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and cell.get("execution_count")]
    following = [
        i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and i > (started[-1] if started else -1)
    ]
    return f"cell {following[0] + 1}" if following else "the last cell"


def refuse_machine_paths(text, source):
    """An output that names a directory of this machine would differ on every other."""
    for place in {str(source.resolve().parent.parent), os.path.expanduser("~")} - {"/", ""}:
        if json.dumps(place)[1:-1] + os.sep in text:
            raise Problem(f"an output contains a path of this machine, {place}: print paths relative to the repository")


def compare(text, committed):
    if not committed.exists():
        raise Problem(f"{committed.name} does not exist yet: run `npm run notebooks` and commit it")
    before = committed.read_text(encoding="utf-8")
    if before == text:
        return
    diff = list(
        difflib.unified_diff(before.splitlines(), text.splitlines(), f"{committed.name} (committed)", "executed now", n=2, lineterm="")
    )
    shown = [line if len(line) <= LONGEST_DIFF_LINE else f"{line[:LONGEST_DIFF_LINE]}..." for line in diff[:LONGEST_DIFF]]
    if len(diff) > LONGEST_DIFF:
        shown.append(f"... and {len(diff) - LONGEST_DIFF} lines more")
    raise Problem("\n".join(["differs from what is committed:", *(f"  {line}" for line in shown)]))


if __name__ == "__main__":
    sys.exit(main())
