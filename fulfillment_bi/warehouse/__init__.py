"""Published versions, the engine behind them and the models built in them."""
