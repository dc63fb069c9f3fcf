"""Browser components: figures that update in place, sliders, tiles."""
