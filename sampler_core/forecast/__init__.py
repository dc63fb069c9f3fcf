"""What a plan will do, before training: expectations, metrics, findings and remedies."""
