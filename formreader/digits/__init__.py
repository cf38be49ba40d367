"""Classifying digit images by a network that comes with a card saying what it is and can do."""
