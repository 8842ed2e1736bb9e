"""What runs unattended: alert checks, messages, schedules, and actions with their verification."""
