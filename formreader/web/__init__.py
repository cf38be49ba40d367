"""Pages for people, served to the browser on this machine and to nobody else."""
