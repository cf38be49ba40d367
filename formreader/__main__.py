"""`python -m formreader` is the command line too."""

from formreader.cli import main

main()
