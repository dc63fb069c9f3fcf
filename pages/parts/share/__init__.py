"""The Share dialog: link, code, plan file, report, figures, tables."""
