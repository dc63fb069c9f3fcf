"""What a plan tells before training: expectations, metrics, findings and remedies."""
