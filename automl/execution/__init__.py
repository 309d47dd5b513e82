"""Where jobs run: executors, and the workers behind them."""
