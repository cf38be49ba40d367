"""Forms made up to try a template on: printed, filled by hand and scanned, with their truth.

The steps are a file each: `sheet` prints the empty form, `values` thinks up what to write,
`strokes` and `bitmaps` are hands that write digits, `fill` lets one of them fill the sheet,
`wear` ages the paper, `scanner` and `camera` take its picture. `conditions` names ways to go
through all of them, `forms` goes, and `samples` writes what comes out to a folder.
"""
