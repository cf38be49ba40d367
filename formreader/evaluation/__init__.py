"""What a digit network is worth on labelled digits: numbers, tables, pictures.

`measures` counts, `tables` writes what it counted, `figures` draws it, for which alone the extra
`train` is needed.
"""
