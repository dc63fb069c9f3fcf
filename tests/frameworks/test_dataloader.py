"""torch's own DataLoader: what it delivers is what the plan previews."""

import pytest
from torch.utils.data import DataLoader

from sampler_core import ScheduledClassSampler
from tests.frameworks.training import BATCH, LABELS, LAWS, Indices, counts_of, plan_of, previewed, stream


@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize("law", LAWS)
def test_two_workers_deliver_the_previewed_class_counts_in_epochs_of_any_order(law: str, persistent: bool) -> None:
    plan = plan_of(law)
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


@pytest.mark.parametrize("law", LAWS)
def test_a_loader_that_read_ahead_is_left_and_gone_on_with_where_training_stood(law: str) -> None:
    plan = plan_of(law)
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
