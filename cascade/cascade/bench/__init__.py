"""``cascade bench``: what Cascade costs on this machine, as ratios to plain Python measured beside it.

`sections` says what there is: a module for each group of figures, which makes experiments (`figures`). `runner` takes their
samples by turns, a round of each side, and makes a `report`; `table`, `chart` and `comparing` show it. Only the command
imports any of this, and nothing here knows the command.
"""
