"""The one way from settings to a trained model, for `train` and for the comparison."""

from __future__ import annotations

from pathlib import Path

from mlworker.preprocessing import recipes
from mlworker.training.data import manifest, stock
from mlworker.training.data.stock import Stock
from mlworker.training.fit import export
from mlworker.training.fit.batches import PictureByPicture
from mlworker.training.fit.fitted import Trainer
from mlworker.training.fit.settings import Method, Settings
from mlworker.zoo import yolo as yolo_extra


def stock_of(settings: Settings, data: Path, cache: Path) -> Stock:
    """The pictures of the manifest `data` as these settings read them. Raises `ManifestError` and `ImageRejected`."""
    return stock.load(
        manifest.read(data),
        root=data.parent,
        cache=cache,
        side=settings.kept_side,
        is_turned=settings.is_turned,
        region=recipes.region_of(settings.architecture.recipe),
    )


def require(settings: Settings) -> None:
    """Raise `NotInstalled` before anything is read if the library of the method is missing."""
    if settings.method is Method.YOLO:
        yolo_extra.require()
    elif settings.method is not Method.CLASSICAL:
        export.require()


def trainer_of(settings: Settings, pictures: Stock) -> Trainer:
    """The trainer of a method; its library is imported only now. Raises `NotInstalled`."""
    require(settings)
    if settings.method is Method.CLASSICAL:
        from mlworker.training.fit import classical

        return classical.Classifiers(settings, pictures)
    if settings.method is Method.YOLO:
        from mlworker.training.fit import yolo

        return PictureByPicture(settings, pictures, yolo.learn)
    if settings.method is Method.FROZEN:
        from mlworker.training.fit import frozen

        return frozen.Heads(settings, pictures)
    from mlworker.training.fit import network

    return PictureByPicture(settings, pictures, network.learn)
