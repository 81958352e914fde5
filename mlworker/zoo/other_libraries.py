"""Models that Keras does not build. They are listed, trained and served like the others; a network's head they lack."""

from __future__ import annotations

from mlworker.preprocessing.measures import WIDTH
from mlworker.zoo.architecture import Architecture, Head, InputKind, Library, Pooling, Start

NO_HEAD = Head(pooling=Pooling.AVERAGE, dense=())
YOLO_LICENCE = "AGPL-3.0"
_YOLO = "An optional extra, not installed by default: requirements-yolo.txt. Never released."

# name, family, library, what its size depends on
_CLASSICAL = (
    ("svm", "support vector machine", Library.SCIKIT_LEARN, "support vectors that the training keeps"),
    ("xgboost", "boosted trees", Library.XGBOOST, "nodes that the training grows"),
)
# name, parameters, start
_CLASSIFIERS_OF_ULTRALYTICS = (
    ("yolov8n-cls", 1_443_412, Start.PRETRAINED),
    ("yolo11n-cls", 1_536_228, Start.PRETRAINED),
    ("yolo12n-cls", 1_723_620, Start.RANDOM),
)

OTHER_LIBRARIES = (
    *(
        Architecture(
            name=name,
            family=family,
            builder="",
            input_height=1,
            input_width=1,
            input_channels=WIDTH,
            input_kind=InputKind.MEASURES,
            recipe="cell-measures-v1",
            parameters=None,
            learning_rate=0.0,
            head=NO_HEAD,
            library=library,
            remark=f"Its parameters depend on the training: as many as the {cause}.",
        )
        for name, family, library, cause in _CLASSICAL
    ),
    *(
        Architecture(
            name=name,
            family="YOLO",
            builder="",
            input_height=224,
            input_width=224,
            recipe="field-rgb-v1",
            parameters=parameters,
            learning_rate=1e-3,
            head=NO_HEAD,
            start=start,
            library=Library.ULTRALYTICS,
            licence=YOLO_LICENCE,
            remark=_YOLO,
        )
        for name, parameters, start in _CLASSIFIERS_OF_ULTRALYTICS
    ),
)
