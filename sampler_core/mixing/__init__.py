"""Mixing: the class stage alone, over sources that are read one after the other. torch is needed by `scheduled_mix`."""
