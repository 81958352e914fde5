"""`make run`: prepare the database, then keep web server, worker and beat (see `Procfile`) running on this machine."""
