"""`python -m rehabill`."""

from rehabill.cli.main import main

main()
