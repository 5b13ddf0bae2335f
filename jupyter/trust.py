"""Signs notebooks as trusted, so that JupyterLab shows their stored figures interactive as it opens them.

    python trust.py NOTEBOOK.ipynb...

A paired notebook is signed as jupytext hands it to JupyterLab, with the cells of its .ts, and as it is.
"""

import sys
from pathlib import Path

import jupytext
import nbformat
from jupytext.combine import combine_inputs_with_outputs
from jupytext.config import load_jupytext_config
from nbformat.sign import NotebookNotary

notary = NotebookNotary()
for path in map(Path, sys.argv[1:]):
    notebook = nbformat.read(path, as_version=4)
    notary.sign(notebook)
    source = path.with_suffix(".ts")
    if source.exists():
        text = jupytext.read(source, config=load_jupytext_config(str(source)))
        notary.sign(combine_inputs_with_outputs(text, notebook))
notary.store.close()
