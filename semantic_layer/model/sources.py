"""Where data comes from: declared sources that a load copies into a data version."""

from __future__ import annotations

import re

from pydantic import Field, model_validator

from semantic_layer.frozen import Frozen


class Source(Frozen):
    """One table of the data, and the file it is read from.

    Attributes:
        name: The table's name in a data version.
        file: A csv, tsv or parquet file (globs allowed), relative to the workspace's folder or, with `package`, to that
            Python package's folder; with `script` the file that the script writes.
        package: An installed Python package that ships the file; it is never imported.
        script: A Python file beside the YAML files that writes the file before it is loaded: its function
            `write(folder)`. Run for workspaces that come with the product, and for no other.
        types: Column types to cast to on load: money belongs in DECIMAL, since sums of floats change with the thread count.
        on_request: Not part of a plain `data load`; loaded by name.
        notice: Where the data is from and what may be said of it.
    """

    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    file: str
    package: str | None = None
    script: str | None = None
    types: dict[str, str] = {}
    on_request: bool = False
    notice: str | None = None

    @model_validator(mode="after")
    def _known_format(self) -> Source:
        if not self.file.endswith((".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz")):
            raise ValueError(f"'{self.file}': a source is a .parquet, .csv, .csv.gz, .tsv or .tsv.gz file")
        return self

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if self.script is None:
            return self
        if self.package is not None:
            raise ValueError("a source has a package or a script, not both")
        if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\.py", self.script) is None:
            raise ValueError(f"'{self.script}': a script is a .py file beside the YAML files")
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", self.file):
            raise ValueError(f"'{self.file}': a script writes single files, into one folder")
        return self
