"""Images of a COCO file: each counts as the rarest category of its boxes, and the boxes are tallied beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sampler_core.data.array_types import IntArray
from sampler_core.data.class_counts import ClassCounts
from sampler_core.data.plain_values import ClassName
from sampler_core.data.rarest_label import NO_LABEL, Items, by_rarest_label
from sampler_core.data.tallies import AdaptedLabels
from sampler_core.datasets.label_files.json_parser import json_field


class CocoImages:
    """The images of a file and the categories of their boxes, collected piece by piece."""

    def __init__(self) -> None:
        self.boxes, self.boxes_without_image = 0, 0
        self._image_codes: dict[int | str, int] = {}
        self._category_codes: dict[object, int] = {}
        self._image_of_box, self._category_of_box = list[IntArray](), list[IntArray]()

    @property
    def are_known(self) -> bool:
        """Whether there are boxes, each on an image."""
        return self.boxes > 0 and not self.boxes_without_image

    @property
    def number(self) -> int:
        """How many images there are, those without a box too."""
        return len(self._image_codes)

    def add_image(self, image: object) -> None:
        """An image of the file's list, which may have no box."""
        if isinstance(image_id := json_field(image, "id", ()), int | str):
            self._code_of_image(image_id)

    def add_boxes(self, annotations: Sequence[object], categories: Sequence[object]) -> None:
        """Annotations, and the category id of each."""
        image_ids = [json_field(annotation, "image_id", ()) for annotation in annotations]
        with_image = [(i, c) for i, c in zip(image_ids, categories, strict=True) if isinstance(i, int | str)]
        self.boxes += len(image_ids)
        self.boxes_without_image += len(image_ids) - len(with_image)
        images = [self._code_of_image(image_id) for image_id, _ in with_image]
        codes = [self._category_codes.setdefault(category, len(self._category_codes)) for _, category in with_image]
        self._image_of_box.append(np.array(images, dtype=np.int64))
        self._category_of_box.append(np.array(codes, dtype=np.int64))

    def adapted(self, names: Mapping[object, ClassName | None], every: Sequence[ClassName]) -> AdaptedLabels:
        """A class for each image, in the order of their ids; a tally of images with the label, and one of boxes.

        names: that of each category id; None, and a category that is called "(no label)", leave its boxes out. every:
        all categories: one without a box is a class without a sample.
        """
        names = {category: name for category, name in names.items() if name != NO_LABEL}
        with_box = sorted({name for category in self._category_codes if (name := names.get(category)) is not None})
        place = {name: i for i, name in enumerate(with_box)}
        named = [names.get(category) for category in self._category_codes]
        label_of_category = np.array([-1 if name is None else place[name] for name in named])
        label = label_of_category[np.concatenate(self._category_of_box)]
        kept = label >= 0
        sample = self._rank_of_images()[np.concatenate(self._image_of_box)]
        items = Items(sample[kept], label[kept], tuple(with_box), self.number)
        adapted = by_rarest_label(items, np.ones(self.number, dtype=np.int64), "box")
        return _with_empty_classes(adapted, [name for name in every if name not in place and name != NO_LABEL])

    def _rank_of_images(self) -> IntArray:
        """Code of an image -> its rank by id, numbers first."""
        by_id = sorted(self._image_codes, key=lambda image_id: (isinstance(image_id, str), image_id))
        rank = np.empty(len(by_id), dtype=np.int64)
        rank[[self._image_codes[image_id] for image_id in by_id]] = np.arange(len(by_id))
        return rank

    def _code_of_image(self, image_id: int | str) -> int:
        return self._image_codes.setdefault(image_id, len(self._image_codes))


def _with_empty_classes(adapted: AdaptedLabels, empty: Sequence[ClassName]) -> AdaptedLabels:
    """With classes that no sample has, behind those that are there."""
    is_text = any(isinstance(name, str) for name in adapted.counts.names)
    names = (*adapted.counts.names, *(str(name) if is_text else name for name in empty))
    counts = ClassCounts(names, np.append(adapted.counts.counts, np.zeros(len(empty), dtype=np.int64)))
    same_classes = np.arange(adapted.counts.num_classes)
    tallies = tuple(tally.with_classes(same_classes, counts.counts) for tally in adapted.tallies)
    return AdaptedLabels(adapted.codes, counts, tallies, adapted.warnings)
