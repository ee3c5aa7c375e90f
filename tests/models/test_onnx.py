import threading
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from anime_production.models.closable_network import NetworkCache
from anime_production.models.frames import InputError
from anime_production.models.onnx import CPU, CUDA, open_session

FEATURES, SIDE = 5, 8


def write_network(path: Path, batch="n", seed=0, kind=TensorProto.FLOAT, inputs=1) -> Path:
    """Write a network that multiplies each picture by random weights, and adds up its inputs."""
    number = helper.tensor_dtype_to_np_dtype(kind)
    weights = np.random.default_rng(seed).normal(size=(3 * SIDE * SIDE, FEATURES)).astype(number)
    names = [f"picture{i}" for i in range(inputs)]
    nodes = [
        helper.make_node("Sum", names, ["sum"]),
        helper.make_node("Flatten", ["sum"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["features"]),
        helper.make_node("ReduceMax", ["features"], ["largest"], axes=[1], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(n, kind, [batch, 3, SIDE, SIDE]) for n in names],
        [
            helper.make_tensor_value_info("features", kind, [batch, FEATURES]),
            helper.make_tensor_value_info("largest", kind, [batch]),
        ],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    helper.set_model_props(model, {"imgsz": "[8, 8]"})
    onnx.save(model, path)
    return path


def reference(path: Path, batch: torch.Tensor) -> list[np.ndarray]:
    """What onnxruntime says of one picture after the other, through numpy."""
    session = onnxruntime.InferenceSession(path, providers=[CPU])
    pictures = [batch[i : i + 1].numpy() for i in range(len(batch))]
    answers = [session.run(None, {"picture0": each}) for each in pictures]
    return [np.concatenate(each) for each in zip(*answers, strict=True)]


def pictures(count: int, seed: int = 1) -> torch.Tensor:
    return torch.rand(count, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("batch", ["n", 1])
def test_a_batch_gives_what_its_pictures_give_alone_even_if_exported_for_one(tmp_path, batch):
    path = write_network(tmp_path / "network.onnx", batch)
    answers = open_session(path, "cpu").run(pictures(4))
    features, largest = reference(path, pictures(4))
    np.testing.assert_allclose(answers["features"], features, atol=1e-6)
    np.testing.assert_allclose(answers["largest"], largest, atol=1e-6)


def test_a_batch_need_not_lie_in_memory_as_the_network_wants_it(tmp_path):
    path = write_network(tmp_path / "network.onnx")
    channels_last = pictures(3).movedim(1, -1).contiguous()
    answers = open_session(path, "cpu").run(channels_last.movedim(-1, 1).double())
    np.testing.assert_allclose(answers["features"], reference(path, pictures(3))[0], atol=1e-6)


def test_answers_stay_as_they_were_when_the_network_runs_again(tmp_path):
    session = open_session(write_network(tmp_path / "network.onnx"), "cpu")
    answer = session.run(pictures(2))["features"]
    before = answer.clone()
    for seed in range(20):
        session.run(pictures(2, seed))
    assert torch.equal(answer, before)


def test_answers_outlive_their_session(tmp_path):
    sessions = NetworkCache()
    path = write_network(tmp_path / "network.onnx")
    answer = open_session(path, "cpu", sessions).run(pictures(2))["features"]
    sessions.close()
    np.testing.assert_allclose(answer, reference(path, pictures(2))[0], atol=1e-6)


def test_a_session_says_what_its_file_says(tmp_path):
    session = open_session(write_network(tmp_path / "network.onnx"), "cpu")
    assert session.input_name == "picture0"
    assert session.input_shape == ("n", 3, SIDE, SIDE)
    assert session.output_names == ("features", "largest")
    assert session.metadata == {"imgsz": "[8, 8]"}
    assert session.provider == CPU
    assert session.device == torch.device("cpu")


def test_a_network_in_half_precision_gets_its_input_so(tmp_path):
    path = write_network(tmp_path / "network.onnx", kind=TensorProto.FLOAT16)
    answer = open_session(path, "cpu").run(pictures(2))["features"]
    assert answer.dtype == torch.float16
    np.testing.assert_allclose(answer, reference(path, pictures(2).half())[0], rtol=1e-2)


def test_a_file_is_opened_once_and_anew_when_it_was_replaced(tmp_path):
    path = write_network(tmp_path / "network.onnx")
    first = open_session(path, "cpu")
    assert open_session(path, "cpu") is first
    write_network(tmp_path / "new.onnx", seed=1).replace(path)
    answer = open_session(path, "cpu").run(pictures(2))["features"]
    np.testing.assert_allclose(answer, reference(path, pictures(2))[0], atol=1e-6)


def test_only_the_last_used_sessions_stay_open(tmp_path):
    sessions = NetworkCache(most_open=2)
    a, b, c = (write_network(tmp_path / f"{name}.onnx") for name in "abc")
    first, second = open_session(a, "cpu", sessions), open_session(b, "cpu", sessions)
    assert open_session(a, "cpu", sessions) is first
    open_session(c, "cpu", sessions)
    assert open_session(a, "cpu", sessions) is first
    assert open_session(b, "cpu", sessions) is not second


def test_many_threads_share_a_session_and_get_their_own_answers(tmp_path):
    path = write_network(tmp_path / "network.onnx")
    wrong, sessions = [], set()

    def work(seed):
        expected = reference(path, pictures(3, seed))[0]
        for _ in range(20):
            session = open_session(path, "cpu")
            sessions.add(session)
            if not np.allclose(session.run(pictures(3, seed))["features"], expected, atol=1e-6):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert len(sessions) == 1


@pytest.mark.parametrize("content", [b"", b"<html>404</html>" * 20, None])
def test_a_broken_file_is_named_with_what_to_do(tmp_path, content):
    path = write_network(tmp_path / "network.onnx")
    path.write_bytes(path.read_bytes()[:1000] if content is None else content)
    with pytest.raises(InputError, match=r"network\.onnx: .*install it again"):
        open_session(path, "cpu")


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"network\.onnx: .*no such file"):
        open_session(tmp_path / "network.onnx", "cpu")
    with pytest.raises(InputError, match="folder"):
        open_session(tmp_path, "cpu")


def test_a_network_with_several_inputs_is_refused(tmp_path):
    path = write_network(tmp_path / "network.onnx", inputs=2)
    with pytest.raises(InputError, match=r"one input.*picture0.*picture1"):
        open_session(path, "cpu")


@pytest.mark.parametrize("shape", [(2, 3, SIDE, SIDE + 1), (2, 3, SIDE), (0, 3, SIDE, SIDE)])
def test_a_batch_of_another_shape_is_refused_with_both_shapes(tmp_path, shape):
    session = open_session(write_network(tmp_path / "network.onnx"), "cpu")
    with pytest.raises(InputError, match=r"network\.onnx") as error:
        session.run(torch.zeros(shape))
    assert str(shape) in str(error.value)
    assert "(any, 3, 8, 8)" in str(error.value)


def test_without_a_provider_for_the_gpu_the_cpu_runs_it_and_the_session_says_so(tmp_path):
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("onnxruntime has CUDA here")
    session = open_session(write_network(tmp_path / "network.onnx"), "cuda:0")
    assert session.provider == CPU
    assert session.run(pictures(2))["features"].device.type == "cpu"


def test_on_a_gpu_input_and_output_stay_there(tmp_path):
    if CUDA not in onnxruntime.get_available_providers() or not torch.cuda.is_available():
        pytest.skip("needs a GPU and onnxruntime-gpu")
    path = write_network(tmp_path / "network.onnx")
    session = open_session(path, "cuda")
    answer = session.run(pictures(3).cuda())["features"]
    assert session.provider == CUDA
    assert answer.device.type == "cuda"
    np.testing.assert_allclose(answer.cpu(), reference(path, pictures(3))[0], atol=1e-5)
