"""Draws on a torch device: the numbers that NumPy draws, bit for bit, as tensors there.

The CPU is a torch device too, so these tests run everywhere; where a GPU is, they run on it as well.
"""

import copy
import operator
import pickle

import numpy as np
import pytest
import torch

from sampler_core import (
    ExponentiatedGradient,
    IndexStream,
    Linear,
    PowerSkew,
    SamplingPlan,
    ScheduledClassSampler,
    SortedLabels,
)
from sampler_core.draws import SCHEMES
from sampler_core.sampling.device_array import DeviceArray


@pytest.fixture(autouse=True)
def one_thread():
    """Several threads wait for each other where tests run beside each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


EACH_SCHEME = pytest.mark.parametrize("scheme", SCHEMES)
EACH_DEVICE = pytest.mark.parametrize("device", ["cpu", *(["cuda"] if torch.cuda.is_available() else [])])
RNG = np.random.default_rng(6)


def labels_of(classes, samples):
    """Long-tailed; each class has a sample."""
    ranks = np.arange(1, classes + 1) ** -1.1
    return SortedLabels(np.maximum(1, samples * ranks / ranks.sum()).astype(np.int64))


FEW, MANY = np.asarray(labels_of(10, 5000)), np.asarray(labels_of(100_000, 300_000))


def plan_of(scheme, **others):
    return SamplingPlan(
        **{
            "target": PowerSkew(Linear(0.3, 0.2)),
            "epochs": 4,
            "batch_size": 128,
            "drawing": scheme,
            "seed": 5,
            **others,
        }
    )


def both(labels, plan, device, *ranks, **others):
    return IndexStream(labels, plan, *ranks, **others), IndexStream(labels, plan, *ranks, device=device, **others)


def is_equal(tensor, array, device="cpu"):
    assert (type(tensor), tensor.dtype, tensor.device.type) == (torch.Tensor, torch.int64, device)
    return np.array_equal(tensor.cpu().numpy(), array)


# --- the same numbers ------------------------------------------------------------------------------------------------


@EACH_SCHEME
@EACH_DEVICE
@pytest.mark.parametrize("order", [np.sort, RNG.permutation], ids=["sorted", "mixed"])
@pytest.mark.parametrize(
    ("ranks", "others"),
    [
        ((), {}),
        ((3, 2), {"samples_per_epoch": 40_000}),
        ((), {"batch_size": 20_000, "samples_per_epoch": 50_000}),
        ((2, 1), {"batch_size": 3000, "samples_per_epoch": 20_000}),
    ],
    ids=["an epoch", "a rank", "large batches", "a rank with large batches"],
)
def test_epochs_are_those_of_numpy(scheme, device, order, ranks, others):
    ours, there = both(order(FEW), plan_of(scheme, **others), device, *ranks)
    for epoch in (0, 3):
        assert is_equal(there.indices(epoch), ours.indices(epoch), device)


@EACH_SCHEME
@EACH_DEVICE
def test_many_classes_are_those_of_numpy(scheme, device):
    ours, there = both(RNG.permutation(MANY), plan_of(scheme, batch_size=2048), device)
    assert is_equal(there.indices(3, 0, 9000), ours.indices(3, 0, 9000), device)
    assert is_equal(there.indices(3, MANY.size - 3000), ours.indices(3, MANY.size - 3000), device)


@EACH_SCHEME
@EACH_DEVICE
@pytest.mark.parametrize("classes", [10, 100_000])
def test_data_and_positions_past_2_to_the_24_are_those_of_numpy(scheme, device, classes):
    ours, there = both(labels_of(classes, 10**9), plan_of(scheme, samples_per_epoch=10**10), device)
    for begin in (2**24 - 1000, 2**32 - 1000, 10**10 - 2000):
        drawn = ours.indices(3, begin, begin + 2000)
        assert drawn.max() > 2**29
        assert is_equal(there.indices(3, begin, begin + 2000), drawn, device)


@EACH_SCHEME
@EACH_DEVICE
def test_batches_items_places_and_the_whole_run_are_those_of_numpy(scheme, device):
    ours, there = both(RNG.permutation(FEW), plan_of(scheme), device, classes=[f"class {c}" for c in range(10)])
    assert is_equal(there.batch(2, 38), ours.batch(2, 38), device)
    assert is_equal(there.indices(1, 7, 7), [], device)
    assert list(there) == list(ours)
    assert [there[i] for i in (0, 9000, -1)] == [ours[i] for i in (0, 9000, -1)]
    assert [there.place(1, i) for i in range(0, 5000, 700)] == [ours.place(1, i) for i in range(0, 5000, 700)]


@EACH_DEVICE
def test_states_pickles_and_copies_draw_on_the_device(device):
    plan = plan_of("exact", target=ExponentiatedGradient(eta=1.0))
    sampler = ScheduledClassSampler(FEW, plan)
    sampler.update(loss=np.linspace(0.1, 3.0, 10))
    sampler.set_epoch(1)
    ours, there = both(FEW, plan, device, state=sampler.state_dict())
    expected = list(sampler)
    assert repr(there) == repr(ours)
    for stream in (there, pickle.loads(pickle.dumps(there)), copy.deepcopy(there)):  # noqa: S301
        assert is_equal(stream.indices(1), expected, device)


@EACH_DEVICE
def test_no_global_generator_is_read_or_written(device):
    _, there = both(FEW, plan_of("stratified"), device)
    first, state = there.indices(0), torch.get_rng_state()
    torch.manual_seed(3)
    assert torch.equal(there.indices(0), first)
    torch.set_rng_state(state)
    there.indices(1)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("device", ["gpu", "meta", "cuda:99"])
def test_what_is_no_device_or_has_no_memory_is_refused(device):
    with pytest.raises(ValueError, match=f"device must be one of torch's with 64-bit floats, got '{device}': "):
        IndexStream(FEW, plan_of("exact"), device=device)


# --- the same operations ---------------------------------------------------------------------------------------------

DTYPES = ("uint64", "int64", "uint32", "int32")
EDGES = [0, 1, 2, 7, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1]
BITS = np.array([*EDGES, *RNG.integers(0, 2**64, 20, dtype=np.uint64).tolist()], dtype=np.uint64)
EACH_DTYPE = pytest.mark.parametrize("dtype", DTYPES)
IN_PLACE = (
    operator.iadd, operator.isub, operator.imul, operator.iand, operator.ior, operator.ixor,
)  # fmt: skip
OPERATORS = (
    operator.add, operator.sub, operator.mul, operator.and_, operator.or_, operator.xor, operator.eq, operator.ne,
    operator.lt, operator.le, operator.ge,
)  # fmt: skip


def on_device(array):
    return DeviceArray.of(array.copy(), torch.device("cpu"))


def assert_same(found, expected):
    assert found.dtype == expected.dtype
    assert found.tolist() == expected.tolist()


@EACH_DTYPE
@pytest.mark.filterwarnings("ignore:overflow")
def test_operations_give_the_bits_that_numpy_gives(dtype):
    a = np.repeat(BITS, BITS.size).astype(dtype)
    b = np.tile(BITS, BITS.size).astype(dtype)
    for each in OPERATORS:
        assert_same(each(on_device(a), on_device(b)), each(a, b))
        assert_same(each(a, on_device(b)), each(a, b))
        for one in BITS.astype(dtype):
            assert_same(each(on_device(a[:64]), one), each(a[:64], one))
            assert_same(each(one, on_device(a[:64])), each(one, a[:64]))
    for each in IN_PLACE:
        there = on_device(a)
        memory = there.tensor.data_ptr()
        assert_same(each(there, on_device(b)), each(a.copy(), b))
        assert there.tensor.data_ptr() == memory
    for each in (np.minimum, np.maximum):
        assert_same(each(on_device(a), on_device(b)), each(a, b))
        there, here = on_device(a), a.copy()
        each(there, on_device(b), out=there)
        assert_same(there, each(here, b, out=here))


@EACH_DTYPE
def test_shifts_sorts_and_conversions_give_what_numpy_gives(dtype):
    a = BITS.astype(dtype)
    for places in range(1, 31):
        places = np.dtype(dtype).type(places)
        assert_same(on_device(a) >> places, a >> places)
        assert_same(on_device(a) << places, a << places)
        into = on_device(a)
        np.right_shift(on_device(a), places, out=into)
        assert_same(into, a >> places)
    assert_same(~on_device(a), ~a)
    for other in {"uint32": (*DTYPES, "float64"), "int32": ("int64", "float64")}.get(dtype, DTYPES):
        assert_same(on_device(a).astype(other), a.astype(other))
    rows, sorted_rows = on_device(a.reshape(4, -1)), np.sort(a.reshape(4, -1), axis=1)
    rows.sort(axis=1)
    assert_same(rows, sorted_rows)


def test_what_no_scheme_uses_is_an_error():
    numbers = on_device(np.arange(3))
    for wrong in (lambda: np.sin(numbers), lambda: np.cumsum(numbers), lambda: np.add.reduce(numbers),
                  lambda: np.add(np.arange(3), numbers, out=np.arange(3))):  # fmt: skip
        with pytest.raises(TypeError):
            wrong()
