"""`python -m service.cli`, which is the `practice` command."""

from service.cli.main import main

main()
