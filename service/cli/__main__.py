"""`python -m service.cli`, which is the `practice` command."""

from service.cli.main import main

if __name__ == "__main__":
    main()
