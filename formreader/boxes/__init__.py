"""Cut rows of printed boxes from a page, and give every stroke to the box it was meant for.

The steps are a file each: `patch` rectifies a row, `lattice` finds its printed lines (by
`parallels`), `lines` takes them away, `guide` takes away what is printed inside, `strokes` shares
out the ink (by `pieces`, `remnants`); `rows` goes through them for all the rows of a page.
"""
