"""Template tags of the chart."""
