"""torch's own DataLoader: what it delivers is what the plan previews."""

import pytest
from torch.utils.data import DataLoader

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, LABELS, SCHEMES, Indices, counts_of, plan_of, previewed, stream


@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_two_workers_deliver_the_previewed_class_counts_in_epochs_of_any_order(scheme: str, persistent: bool) -> None:
    plan = plan_of(scheme)
    sampler = ScheduledClassSampler(LABELS, plan)
    loader = DataLoader(
        Indices(), batch_size=BATCH, sampler=sampler, num_workers=2, persistent_workers=persistent,
    )  # fmt: skip
    for epoch in (7, 0, 1):
        sampler.set_epoch(epoch)
        delivered = [batch.tolist() for batch in loader]
        assert counts_of(delivered) == previewed(plan, epoch)
        assert delivered == stream(plan, epoch)
        assert len(delivered) == len(loader)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_loader_that_read_ahead_is_left_and_gone_on_with_where_training_stood(scheme: str) -> None:
    plan = plan_of(scheme)
    sampler = ScheduledClassSampler(LABELS, plan)
    loader = sampler.loader(Indices(), num_workers=2, prefetch_factor=4)
    sampler.set_epoch(3)
    trained = []
    for batch in loader:
        trained.append(batch.tolist())
        if len(trained) == 11:
            break
    state = sampler.state_dict(batches_delivered=11)
    other = ScheduledClassSampler(LABELS, plan)
    other.load_state_dict(state)
    other.set_epoch(3)
    rest = [batch.tolist() for batch in other.loader(Indices(), num_workers=2)]
    assert trained + rest == stream(plan, 3)


def test_an_iterator_that_is_never_used_is_no_pass_and_an_epoch_drawn_twice_warns_once() -> None:
    sampler = ScheduledClassSampler(LABELS, plan_of("exact"))
    iter(sampler)
    iter(sampler)  # any warning is an error here
    first = list(sampler)
    with pytest.warns(UserWarning, match="epoch 0 is drawn once more"):
        again = list(sampler)
    assert first == again == list(sampler)


def test_the_rest_of_a_finished_epoch_is_empty_and_the_epoch_asked_for_before_comes_next() -> None:
    plan = plan_of("exact")
    finished, following = ScheduledClassSampler(LABELS, plan), ScheduledClassSampler(LABELS, plan)
    finished.set_epoch(2)
    list(finished)
    following.set_epoch(3)
    following.load_state_dict(finished.state_dict())
    assert following.state_dict() == finished.state_dict()
    assert list(following) == []
    assert list(following) == [index for batch in stream(plan, 3) for index in batch]
