"""Customer records as plain YAML files in Git: checked, searched, browsable."""

__version__ = "0.1.0"
