"""The static site: page models, templates, data files and the incremental build."""
