"""The programs are started, each in a process of its own, never imported."""

collect_ignore_glob = ["*/*.py", "common.py", "make_golden.py"]
