"""What the cockpit remembers: samples, settled funding, chains, exposure, forecasts and gaps.

    sampler ──rows──▶ service ──▶ hot (SQLite, 48 h) ──closed hours──▶ cold (Parquet) ──▶ minutes
                                   ▲ every process reads                ▲ the worker reads all

One process of a host writes, elected by a lock file; the others read. DuckDB is imported through
`columnar`, `query` and `exporter` alone, which only the worker process and the command line load.
"""
