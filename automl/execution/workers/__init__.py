"""What runs jobs: the guard around one job, the form in which jobs travel, spawned children, and the roster of
workers and jobs that executors share."""
