"""`python -m hairyo` is the command line."""

from hairyo.cli import main

raise SystemExit(main())
