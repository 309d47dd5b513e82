"""What runs jobs: the guard around one job, the form in which jobs travel, spawned children, a pool of them."""
