"""What the benchmarks share: the workloads, a worker process per engine, the table."""
