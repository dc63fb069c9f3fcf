"""The torch sampler and its parts."""
