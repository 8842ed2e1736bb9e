"""What the numbers mean for one order, one change or one alert: pure functions over results."""
