"""What tests cost: measured in a run of their own, then judged. Start reading at `advice`."""
