"""A click program with one command, to compare the start of others with."""

import click


@click.group()
def program() -> None:
    """Do nothing."""


@program.command()
def work() -> None:
    """Do nothing either."""


program()
