"""`python -m reverie.cli`: the same door as `reverie`, found without looking at PATH."""

from __future__ import annotations

from reverie.cli.main import main

if __name__ == "__main__":
    main()
