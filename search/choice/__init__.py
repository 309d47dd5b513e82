"""Which of several programs that meet the examples is the right one."""
