"""The one module that knows Parquet (pyarrow), which comes with the extra `parquet`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from custodex.errors import EnvironmentFault
from custodex.texts import Text


def require() -> None:
    """Refuse to begin where the library is missing, saying how to get it."""
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError as error:
        raise EnvironmentFault(
            Text("没有安装 pyarrow，不能写 Parquet", "pyarrow is not installed, Parquet cannot be written"),
            Text(
                '运行 pip install "custodex[parquet]"，或用 --format sqlite',
                'pip install "custodex[parquet]", or take --format sqlite',
            ),
        ) from error


def write_parquet(path: Path, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Write one table; *columns* says `text`, `integer` or `boolean` of each."""
    import pyarrow as pa
    from pyarrow import parquet

    sorts = {"text": pa.string(), "integer": pa.int64(), "boolean": pa.bool_()}
    schema = pa.schema([(name, sorts[sort]) for name, sort in columns.items()])
    arrays = [
        pa.array([row[at] for row in rows], type=sorts[sort]) for at, sort in enumerate(columns.values())
    ]
    parquet.write_table(pa.table(arrays, schema=schema), path, compression="zstd")
