"""InsightFace with a real detector of faces and a real recogniser."""

import importlib.util
import shutil
import socket
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException
from PIL import Image

from anime_production.models.character.detection import WHOLE_PICTURE, Detection, Region
from anime_production.models.character.embedders import insightface
from anime_production.models.character.embedders.insightface import find_packs, open_pack
from anime_production.models.closable_network import NetworkCache
from anime_production.models.frames import InputError
from anime_production.models.graphics_memory import NO_ROOM
from anime_production.tests.models.pretend_card import CARD, pretend_a_card

DETECTOR, RECOGNISER = "scrfd_det_500m.onnx", "mobilefacenet_128d.onnx"
DRAWN = ("eileen_happy", "sylvie_blue_normal", "sylvie_blue_giggle")
# Of scikit-image, about how the package calls it at each face.
pytestmark = pytest.mark.filterwarnings("ignore:`estimate` is deprecated:FutureWarning")
# Where ArcFace wants eyes, nose and corners of the mouth in its 112 × 112 pixels, as published.
PLACES = np.array(
    [
        [38.2946, 51.6963],
        [73.5318, 51.5014],
        [56.0252, 71.7366],
        [41.5493, 92.3655],
        [70.7299, 92.2041],
    ]
)


@pytest.fixture(autouse=True)
def _offline(monkeypatch):
    """Whatever would fetch something fails."""

    def refuse(*arguments, **options):
        raise RuntimeError("a connection was tried")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module")
def pack(shared_assets, tmp_path_factory) -> Path:
    """A pack unpacked into a folder of its name, as antelopev2 comes."""
    folder = tmp_path_factory.mktemp("insightface") / "models" / "antelopev2" / "antelopev2"
    folder.mkdir(parents=True)
    for file in (DETECTOR, RECOGNISER):
        shutil.copy(shared_assets / "weights" / file, folder)
    return folder


@pytest.fixture(scope="module")
def opened(pack):
    return open_pack("antelopev2", pack)


@pytest.fixture(scope="module")
def six_people() -> torch.Tensor:
    """The photograph that comes with the package, a batch of one."""
    package = importlib.util.find_spec("insightface")
    assert package is not None
    assert package.origin is not None
    path = Path(package.origin).parent / "data" / "images" / "t1.jpg"
    with Image.open(path) as image:
        return torch.from_numpy(np.array(image.convert("RGB"))).float()[None] / 255


@pytest.fixture(scope="module")
def faces(opened, six_people) -> tuple[Detection, ...]:
    return opened[0].detect(six_people)[0]


def upright(frame: torch.Tensor, landmarks: torch.Tensor) -> np.ndarray:
    """A face brought to ArcFace's places by the nearest similarity, sampled bilinearly.

    Least squares for x′ = a·x − b·y + c, y′ = b·x + a·y + d.
    """
    height, width = frame.shape[:2]
    points = landmarks.double().numpy() * [width, height]
    ones, zeros = np.ones(5), np.zeros(5)
    across = np.stack([points[:, 0], -points[:, 1], ones, zeros], axis=1)
    down = np.stack([points[:, 1], points[:, 0], zeros, ones], axis=1)
    goal = np.concatenate([PLACES[:, 0], PLACES[:, 1]])
    a, b, c, d = np.linalg.lstsq(np.concatenate([across, down]), goal, rcond=None)[0]
    back = np.linalg.inv(np.array([[a, -b, c], [b, a, d], [0, 0, 1]]))
    y, x = np.mgrid[:112, :112]
    source = np.einsum("ij,jyx->iyx", back, np.stack([x, y, np.ones_like(x)]).astype(float))
    left, top = np.floor(source[0]).astype(int), np.floor(source[1]).astype(int)
    part_x, part_y = (source[0] - left)[..., None], (source[1] - top)[..., None]
    pixels = np.pad((frame * 255).round().double().numpy(), ((200, 200), (200, 200), (0, 0)))
    corner = {(i, j): pixels[top + 200 + i, left + 200 + j] for i in (0, 1) for j in (0, 1)}
    upper = corner[0, 0] * (1 - part_x) + corner[0, 1] * part_x
    lower = corner[1, 0] * (1 - part_x) + corner[1, 1] * part_x
    return upper * (1 - part_y) + lower * part_y


def test_all_six_people_of_the_photograph_are_found_and_nobody_twice(opened, faces):
    assert len(faces) == 6
    assert opened[0].region is Region.FACE
    confidences = [each.confidence for each in faces]
    assert confidences == sorted(confidences, reverse=True)
    for index, each in enumerate(faces):
        assert 0.5 <= each.confidence <= 1
        assert 0.004 < each.box.area < 0.02
        assert each.box.overlap(WHOLE_PICTURE) == each.box
        assert all(each.box.overlap(other.box).area == 0 for other in faces[index + 1 :])


def test_the_box_of_a_face_that_the_frame_cuts_ends_with_the_frame(opened, six_people):
    (found,) = opened[0].detect(six_people[:, :, 80:])
    assert len(found) == 6
    assert min(each.box.left for each in found) == 0.0


def test_landmarks_lie_in_their_face_eyes_above_nose_above_mouth(faces):
    for each in faces:
        x, y = each.landmarks.unbind(1)
        assert each.landmarks.shape == (5, 2)
        assert ((x > each.box.left) & (x < each.box.right)).all()
        assert ((y > each.box.top) & (y < each.box.bottom)).all()
        assert max(y[0], y[1]) < y[2] < min(y[3], y[4])
        assert x[0] < x[1]


def test_faces_are_described_as_by_a_computation_of_its_own(
    opened, six_people, faces, shared_assets
):
    embeddings = opened[1].embed(six_people, [faces])
    upright_faces = np.stack([upright(six_people[0], each.landmarks) for each in faces])
    data = ((upright_faces - 127.5) / 127.5).transpose(0, 3, 1, 2).astype(np.float32)
    session = onnxruntime.InferenceSession(
        shared_assets / "weights" / RECOGNISER, providers=["CPUExecutionProvider"]
    )
    expected = [session.run(None, {"input0": each[None]})[0][0] for each in data]
    similarities = opened[1].similarities(embeddings, torch.from_numpy(np.stack(expected)))
    # OpenCV samples between pixels in 32 steps, and rounds to 8 bits.
    assert similarities.diagonal().min() > 0.995
    assert (similarities - torch.diag(similarities.diagonal())).max() < 0.4


def test_people_are_known_again_in_the_mirror_and_from_one_another(opened, six_people, faces):
    detector, embedder = opened
    mirrored = six_people.flip(2)
    detections = detector.detect(torch.cat([six_people, mirrored]))
    embeddings = embedder.embed(torch.cat([six_people, mirrored]), detections)
    assert embeddings.shape == (12, 128)
    similarities = embedder.similarities(embeddings[:6], embeddings[6:])
    for index, each in enumerate(detections[0]):
        middle = 1 - (each.box.left + each.box.right) / 2
        apart = [abs((m.box.left + m.box.right) / 2 - middle) for m in detections[1]]
        own = int(np.argmin(apart))
        assert similarities[index, own] > 0.7
        assert similarities[index].argmax() == own
        assert similarities[index].sort().values[-2] < embedder.threshold


def test_a_batch_of_one_equals_a_batch_of_many(opened, six_people, faces):
    together = opened[1].embed(six_people, [faces])
    alone = [opened[1].embed(six_people, [[each]]) for each in faces]
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-6, rtol=1e-6)


def test_frames_without_a_face_show_nobody(opened, ground):
    frames = torch.cat([ground("bg_club"), ground("bg_uni"), ground("grey")])
    detections = opened[0].detect(frames)
    assert detections == [(), (), ()]
    assert len(opened[1].embed(frames, detections)) == 0


@pytest.mark.parametrize("drawing", DRAWN)
def test_on_drawn_faces_it_is_weak_but_never_sees_one_elsewhere(opened, placed, drawing):
    """It may miss them; where it finds one, that is the one face in the upper half."""
    (found,) = opened[0].detect(placed(drawing, "bg_uni"))
    assert len(found) <= 1
    for each in found:
        assert each.box.bottom < 0.6
        assert 0.3 < (each.box.left + each.box.right) / 2 < 0.7


def test_somebody_without_landmarks_is_refused(opened, six_people):
    somebody = Detection(WHOLE_PICTURE, WHOLE_PICTURE)
    with pytest.raises(InputError, match="Choose the detector insightface"):
        opened[1].embed(six_people, [[somebody]])


def test_it_says_where_it_runs_and_what_it_is(opened):
    for each in opened:
        assert each.name == "insightface:antelopev2"
        assert each.device == "CPUExecutionProvider"
    assert opened[1].threshold == 0.40
    assert opened[1].threshold_bounds == (0.40, 0.45)


def test_packs_are_found_in_both_layouts_and_one_folder_deeper():
    root = Path("insightface")
    names = [
        "models/buffalo_l/det_10g.onnx",
        "models/buffalo_l/w600k_r50.onnx",
        "buffalo_l/det_10g.onnx",
        "buffalo_l/w600k_r50.onnx",
        "buffalo_sc\\det_500m.onnx",
        "buffalo_sc\\w600k_mbf.onnx",
        "models/antelopev2/antelopev2/glintr100.onnx",
        "models/antelopev2/antelopev2/scrfd_10g_bnkps.onnx",
        "models/mine/detector.onnx",
        "models/mine/recogniser.onnx",
        "inswapper_128.onnx",
        "hyperswap/hyperswap.onnx",
        "models/buffalo_m/readme.txt",
    ]
    packs = find_packs({name: root / name.replace("\\", "/") for name in names})
    assert list(packs.items()) == [
        ("buffalo_l", root / "models/buffalo_l"),
        ("antelopev2", root / "models/antelopev2/antelopev2"),
        ("buffalo_sc", root / "buffalo_sc"),
        ("mine", root / "models/mine"),
    ]
    assert find_packs({}) == {}


def test_a_found_pack_opens_from_its_nested_folder(pack):
    root = pack.parents[2]
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*.onnx")}
    assert find_packs(files) == {"antelopev2": pack}


def test_an_absent_pack_is_an_error_not_a_download(tmp_path):
    with pytest.raises(InputError, match="no folder"):
        open_pack("buffalo_l", tmp_path / "buffalo_l")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("files", "lacks"),
    [((DETECTOR,), "no recogniser"), ((RECOGNISER,), "no detector"), ((), "no detector")],
)
def test_an_incomplete_pack_says_what_it_lacks(pack, tmp_path, files, lacks):
    for file in files:
        shutil.copy(pack / file, tmp_path)
    with pytest.raises(InputError, match=lacks):
        open_pack("mine", tmp_path)


def test_a_broken_file_is_named(pack, tmp_path):
    shutil.copy(pack / DETECTOR, tmp_path)
    content = (pack / RECOGNISER).read_bytes()
    (tmp_path / "broken.onnx").write_bytes(content[:1000])
    with pytest.raises(InputError, match=r"broken\.onnx"):
        open_pack("mine", tmp_path)


def test_the_size_that_the_detector_looks_at_is_the_one_of_older_versions(opened, six_people):
    """The present default looks at 128 × 128 as well, and takes longer for other faces."""
    assert (
        opened[0]._pack.network.use().det_model.input_sizes
        == [insightface.DETECTION_SIZE]
        == [(640, 640)]
    )


def test_a_pack_stays_open_for_the_next_run_until_a_file_changes(pack, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(pack, folder)
    first = open_pack("mine", folder)[0]._pack.network.use()
    detector, embedder = open_pack("mine", folder)
    assert detector._pack.network.use() is embedder._pack.network.use() is first
    (folder / DETECTOR).touch()
    assert open_pack("mine", folder)[0]._pack.network.use() is not first


def test_a_closed_pack_opens_again_and_detects_the_same(opened, six_people, faces):
    detector, embedder = opened
    expected = embedder.embed(six_people, [faces])
    detector._pack.network.close()
    assert not embedder._pack.network.is_open
    assert torch.equal(embedder.embed(six_people, [faces]), expected)
    assert [each.box for each in detector.detect(six_people)[0]] == [each.box for each in faces]


def test_faces_that_do_not_fit_on_the_card_pass_on_the_cpu(
    pack, opened, six_people, faces, monkeypatch
):
    expected = opened[1].embed(six_people, [faces])
    pretend_a_card(monkeypatch)
    monkeypatch.setattr(insightface._Pack, "_device_of", lambda self, pack, device: device)
    monkeypatch.setattr(insightface, "OPEN_NETWORKS", NetworkCache())
    _, embedder = open_pack("mine", pack, CARD)
    network = type(embedder._pack.network.use().models["recognition"])
    really, passes = network.get_feat, []

    def get_feat(model, pictures):
        passes.append((embedder.had_no_room, len(pictures)))
        if not embedder.had_no_room:
            raise RuntimeException("BFCArena::AllocateRawInternal Failed to allocate memory")
        return really(model, pictures)

    monkeypatch.setattr(network, "get_feat", get_feat)
    torch.testing.assert_close(embedder.embed(six_people, [faces]), expected, rtol=1e-4, atol=1e-4)
    # This recogniser was exported for one face at a time.
    assert passes == [(False, 1), *[(True, 1)] * 6]
    assert embedder.device == f"CPUExecutionProvider ({NO_ROOM})"
