"""What the product itself remembers, across versions of the data: alerts, messages, schedules, actions, accounts."""
