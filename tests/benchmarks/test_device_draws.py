"""The benchmark of draws on a device in its short form: it runs and reports every way of drawing."""

import torch

from tests.benchmarks.device_draws import report


def test_the_short_form_reports_every_way_of_drawing() -> None:
    lines = report(torch.device("cpu"), 5000, repeats=1).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["torch.multinomial", "independent", "exact", "stratified"]
