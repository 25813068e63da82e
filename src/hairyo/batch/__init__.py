"""The pipeline, local workers, journal and resume, and the run's report: the one place that knows every room."""
