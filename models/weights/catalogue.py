"""All weights that the pack can use: what, from where, how large, whose.

Sizes and hashes are as published. Those of the Hugging Face hub's pages are rounded, and its files
come with their hashes when they are fetched.
"""

from collections.abc import Mapping
from types import MappingProxyType

from .weight import Weight, WeightFile

HUB = "https://huggingface.co"

# The names of torchvision's files end in the first digits of their sha256.
TORCHVISION = "https://download.pytorch.org/models/"
TORCHVISION_TERMS = "BSD-3-Clause (torchvision); trained on ImageNet"

INSIGHTFACE = "https://github.com/deepinsight/insightface/releases/download/v0.7/"
INSIGHTFACE_TERMS = "non-commercial research only (InsightFace's models; its code is MIT)"

OPENRAIL = "OpenRAIL (DeepGHS): commercial use allowed, with restrictions on uses"
MIT_DEEPGHS = "MIT (DeepGHS)"


def _on_hub(repository: str, path: str) -> str:
    return f"{HUB}/{repository}/resolve/main/{path}"


def _trunk(name: str, file: str, megabytes: float, also: str) -> Weight:
    """A trunk of LPIPS: torchvision's file, or one with its features alone."""
    sha256 = file.removesuffix(".pth").rpartition("-")[2]
    return Weight(
        name=name,
        folder="lpips",
        files=(WeightFile(file, TORCHVISION + file, about=megabytes, sha256=sha256),),
        licence=TORCHVISION_TERMS,
        used_by=(name,),
        also=(also,),
    )


def _ccip(model: str, size: int | None = None, about: float = 150, sha256: str = "") -> Weight:
    path = f"{model}/model_feat.onnx"
    source = _on_hub("deepghs/ccip_onnx", path)
    file = WeightFile(path, source, size, about, sha256)
    return Weight(model, "ccip", (file,), OPENRAIL, ("ccip",))


def _detector(kind: str, model: str, size: int, sha256: str = "") -> Weight:
    """One of DeepGHS's YOLO models, with the confidence at which its F1 is highest."""
    path, threshold = f"{model}/model.onnx", f"{model}/threshold.json"
    repository = f"deepghs/{kind}_detection"
    return Weight(
        name=model,
        folder="anime_detection",
        files=(
            WeightFile(path, _on_hub(repository, path), size, sha256=sha256),
            WeightFile(threshold, _on_hub(repository, threshold)),
        ),
        licence=MIT_DEEPGHS,
        used_by=(kind,),
    )


def _face_pack(name: str, size: int, sha256: str, detector: str, recogniser: str) -> Weight:
    place = f"models/{name}"  # as other packs for ComfyUI have it
    return Weight(
        name=name,
        folder="insightface",
        files=(WeightFile(f"{place}.zip", f"{INSIGHTFACE}{name}.zip", size, sha256=sha256),),
        licence=INSIGHTFACE_TERMS,
        used_by=("insightface",),
        non_commercial=True,
        unpacked=place,
        members=(detector, recogniser),
    )


def _classifier(
    name: str, model: str, size: int | None = None, about: float | None = None, sha256: str = ""
) -> Weight:
    """One of DeepGHS's classifiers of whole pictures, with the names of its classes."""
    path, labels = f"{model}/model.onnx", f"{model}/meta.json"
    return Weight(
        name=name,
        folder=name,
        files=(
            WeightFile(path, _on_hub(f"deepghs/{name}", path), size, about, sha256),
            WeightFile(labels, _on_hub(f"deepghs/{name}", labels)),
        ),
        licence=OPENRAIL,
        used_by=(name,),
    )


PERCEPTUAL = (
    _trunk("lpips-squeeze", "squeezenet1_1-b8a52dc0.pth", 4.96, "squeezenet1_1_features.pth"),
    _trunk("lpips-alex", "alexnet-owt-7be5be79.pth", 244.4, "alexnet_features.pth"),
    _trunk("lpips-vgg", "vgg16-397923af.pth", 553.4, "vgg16_features.pth"),
)

CHARACTERS = (
    _ccip("ccip-caformer_b36-24", about=384),
    _ccip(
        "ccip-caformer-24-randaug-pruned",
        size=150_248_245,
        sha256="4ea118d16496274f4f6e08d3afc768cc592389e8f7f32f8732ce2215c228ac5f",
    ),
    _ccip("ccip-v2-caformer_s36-10"),
    _ccip("ccip-caformer-6-randaug-pruned_fp32"),
    _ccip("ccip-caformer-5_fp32"),
    _face_pack(
        "buffalo_l",
        288_621_354,
        "80ffe37d8a5940d59a7384c201a2a38d4741f2f3c51eef46ebb28218a7b0ca2f",
        "det_10g.onnx",
        "w600k_r50.onnx",
    ),
    _face_pack(
        "buffalo_s",
        127_607_557,
        "d85a87f503f691807cd8bb97128bdf7a0660326cd9cd02657127fa978bab8b5e",
        "det_500m.onnx",
        "w600k_mbf.onnx",
    ),
    _face_pack(
        "antelopev2",
        360_662_982,
        "8e182f14fc6e80b3bfa375b33eb6cff7ee05d8ef7633e738d1c89021dcf0c5c5",
        "scrfd_10g_bnkps.onnx",
        "glintr100.onnx",
    ),
)

DETECTORS = (
    _detector(
        "anime_face",
        "face_detect_v1.4_s",
        44_583_229,
        "403b5bc93b6ff789b7d183418df4a1364049bac00c24acd927604a7ff6891483",
    ),
    _detector(
        "anime_head",
        "head_detect_v2.0_s",
        44_585_386,
        "6679f9b71192298bbf174d82e9e5581c3237b0c3dc67deace7cdbf686b070a00",
    ),
    _detector("anime_person", "person_detect_v1.1_m", 103_459_671),
    Weight(
        name="lbpcascade_animeface",
        folder="anime_detection",
        files=(
            WeightFile(
                "lbpcascade_animeface.xml",
                "https://raw.githubusercontent.com/nagadomi/lbpcascade_animeface/master/"
                "lbpcascade_animeface.xml",
                246_945,
                sha256="9376d30ac38db6bda2a68b88b3b76bbd7e6aa33af47f7f5c76bc88ca75f1ce30",
            ),
        ),
        licence="MIT (nagadomi)",
        used_by=("lbp_anime_face",),
    ),
)

QUALITY = (
    _classifier(
        "anime_aesthetic",
        "swinv2pv3_v0_448_ls0.2_x",
        418_260_629,
        sha256="174a988ff458e84bd28c2a71cd22a5e7e160ec2518e501efbdfc3de1d09d82a2",
    ),
    _classifier("anime_completeness", "mobilenetv3_v2.2_dist", about=16.8),
)

WEIGHTS: Mapping[str, Weight] = MappingProxyType(
    {each.name: each for each in (*PERCEPTUAL, *CHARACTERS, *DETECTORS, *QUALITY)}
)
