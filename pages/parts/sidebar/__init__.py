"""The sidebar that all pages share: controls, URL, undo, presets -> the current scenario."""
