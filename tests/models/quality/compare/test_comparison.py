import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.perceptual.lpips import LPIPS
from anime_production.models.profile import load_profile
from anime_production.models.quality.compare.comparison import compare_pictures
from anime_production.models.quality.compare.comparison_measures import MEASURES, read_metrics
from anime_production.models.quality.compare.pairs import paired
from anime_production.models.report import Report, Verdict

WITHOUT_WEIGHTS = [
    "ssim",
    "ms_ssim",
    "psnr",
    "gmsd",
    "colour_difference",
    "colour_difference_95",
]


def by_name(report):
    return {each.name: each for each in report.measurements}


@pytest.fixture(scope="module")
def squeeze(shared_assets):
    return LPIPS.load("squeeze", shared_assets / "weights" / "squeezenet1_1_features.pth")


@pytest.fixture(scope="module")
def spoiled(drawings, altered):
    """The drawings, of which the third is heavily compressed."""
    return torch.stack([drawings[0], drawings[1], altered["jpeg"], drawings[3]])


@pytest.fixture(scope="module")
def references(drawings):
    return drawings[[0, 1, 0, 3]]


def test_identical_pictures_pass_with_nearly_the_whole_score(drawings):
    report = compare_pictures(paired(drawings, drawings.clone()))
    assert report.verdict is Verdict.PASS
    assert report.score > 99
    values = {name: each.value for name, each in by_name(report).items()}
    exact = {"ssim": 1, "ms_ssim": 1, "psnr": 100, "gmsd": 0}
    colours = {"colour_difference": 0, "colour_difference_95": 0}
    assert values == {**exact, **colours, "lpips_alex": None}
    assert by_name(report)["psnr"].reason_code == "identical_pairs"


def test_the_worst_pair_is_named_and_gives_the_value(spoiled, references):
    report = compare_pictures(paired(spoiled, references))
    for name in WITHOUT_WEIGHTS:
        measurement = by_name(report)[name]
        pick = min if measurement.better == "higher" else max
        assert measurement.value == pick(measurement.per_frame) == measurement.per_frame[2]
        assert measurement.details["worst_frame"] == 2
        assert measurement.details["mean"] == pytest.approx(sum(measurement.per_frame) / 4)
    assert report.worst.frame == 2


def test_a_report_survives_json(spoiled, references):
    report = compare_pictures(paired(spoiled, references))
    assert Report.from_json(report.to_json()) == report


def test_order_and_company_change_nothing(spoiled, references):
    order = [2, 0, 3, 1]
    report = by_name(compare_pictures(paired(spoiled, references)))
    shuffled = by_name(compare_pictures(paired(spoiled[order], references[order])))
    for index in range(4):
        alone = by_name(
            compare_pictures(paired(spoiled[index : index + 1], references[index : index + 1]))
        )
        for name in WITHOUT_WEIGHTS:
            value = report[name].per_frame[index]
            assert alone[name].value == value
            assert shuffled[name].per_frame[order.index(index)] == value


def test_a_resize_of_one_changes_nothing(spoiled, references):
    def same(frames):
        pictures = torch.nn.functional.interpolate(
            frames.movedim(-1, 1), frames.shape[1:3], mode="bilinear"
        )
        return pictures.movedim(1, -1)

    report = by_name(compare_pictures(paired(spoiled, references)))
    again = by_name(compare_pictures(paired(same(spoiled), same(references))))
    for name in WITHOUT_WEIGHTS:
        assert again[name].per_frame == pytest.approx(report[name].per_frame, rel=1e-5, abs=1e-6)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_a_gpu_gives_the_same_values(spoiled, references):
    here = by_name(compare_pictures(paired(spoiled, references)))
    there = by_name(compare_pictures(paired(spoiled, references, device=torch.device("cuda"))))
    for name in WITHOUT_WEIGHTS:
        assert there[name].per_frame == pytest.approx(here[name].per_frame, rel=1e-3, abs=1e-4)


def test_one_reference_serves_as_many_equal_ones_do(spoiled, references):
    one = compare_pictures(paired(spoiled, references[:1]))
    many = compare_pictures(paired(spoiled, references[[0, 0, 0, 0]]))
    assert one == many


def test_a_distortion_that_grows_is_measured_as_growing(drawings, squeeze):
    noise = torch.rand(drawings[:1].shape, generator=torch.Generator().manual_seed(6)) - 0.5
    worse = torch.cat([(drawings[:1] + s * noise).clamp(0, 1) for s in (0.01, 0.03, 0.1, 0.3)])
    report = compare_pictures(paired(worse, drawings[:1]), lpips=[squeeze])
    assert list(by_name(report)) == [*WITHOUT_WEIGHTS, "lpips_squeeze"]
    for measurement in report.measurements:
        curve = torch.tensor(measurement.per_frame).diff()
        assert ((curve < 0) if measurement.better == "higher" else (curve > 0)).all()


def test_lpips_is_the_backends(drawings, altered, squeeze):
    noisy = torch.stack([altered["noise"], drawings[1]])
    report = compare_pictures(paired(noisy, drawings[:2]), ("lpips_squeeze",), [squeeze])
    expected = squeeze.between(noisy, drawings[:2]).tolist()
    assert by_name(report)["lpips_squeeze"].per_frame == pytest.approx(expected, abs=1e-7)
    assert [each.name for each in report.required] == ["lpips_squeeze"]


def test_the_networks_features_of_one_reference_are_taken_once(drawings, squeeze, monkeypatch):
    expected = squeeze.between(drawings, drawings[[0] * len(drawings)]).tolist()
    passed, features = [], squeeze.features
    monkeypatch.setattr(squeeze, "features", lambda *given: passed.append(1) or features(*given))
    report = compare_pictures(paired(drawings, drawings[:1]), ("lpips_squeeze",), [squeeze])
    assert len(passed) == len(drawings) + 1
    assert by_name(report)["lpips_squeeze"].per_frame == pytest.approx(expected, abs=1e-7)


def test_without_weights_one_absent_lpips_says_so_and_the_verdict_stands(drawings):
    report = compare_pictures(paired(drawings, drawings))
    absent = by_name(report)["lpips_alex"]
    assert absent.reason_code == "lpips_not_installed"
    assert "lpips_vgg" not in by_name(report)
    assert report.verdict is Verdict.PASS


def test_named_metrics_alone_are_measured_and_all_count(spoiled, references):
    report = compare_pictures(paired(spoiled, references), read_metrics(" GMSD, psnr,gmsd "))
    assert [each.name for each in report.required] == ["psnr", "gmsd"]
    assert len(report.measurements) == 2


@pytest.mark.parametrize("text", ["", " , ", "ssim, sim", "ssim psnr"])
def test_an_unknown_metric_is_refused_with_the_known_ones(text):
    with pytest.raises(InputError, match="metrics: expected some of all, ssim, ms_ssim"):
        read_metrics(text)


def test_a_profile_decides_what_passes(drawings, saved_as_jpeg):
    pairs = paired(saved_as_jpeg(drawings, 75), drawings)
    verdicts = {
        name: compare_pictures(
            pairs, measures=load_profile(name).applied("comparison", *MEASURES)
        ).verdict
        for name in ("hero", "supporting", "background", "draft")
    }
    assert verdicts.pop("hero") is Verdict.FAIL
    assert set(verdicts.values()) == {Verdict.PASS}


def test_a_failure_says_what_was_needed(drawings):
    report = compare_pictures(paired(drawings[:1] * 0.7, drawings[:1]))
    assert report.verdict is Verdict.FAIL
    assert report.reasons[-1].startswith("mean ΔE₀₀ is ")
    assert report.reasons[-1].endswith("; the limit is 2.75.")


def test_a_resize_is_reported_with_its_sizes(drawings):
    small = torch.nn.functional.avg_pool2d(drawings.movedim(-1, 1), 2).movedim(1, -1)
    report = compare_pictures(paired(small, drawings, "images_to_references"))
    resized = by_name(report)["resized"]
    assert resized.value == 2.0
    assert "from 112×96 to 224×192" in resized.reason
    fact = {"what": "images", "from": (112, 96), "to": (224, 192)}
    assert dict(by_name(report)["ssim"].details["resized"]) == fact
    assert resized.verdict is Verdict.INFO


def test_what_is_too_small_for_one_measure_is_measured_by_the_others(drawings):
    report = by_name(compare_pictures(paired(drawings[:, :100], drawings[:, :100])))
    assert report["ms_ssim"].reason_code == "too_small"
    assert report["ms_ssim"].reason_values["least"] == 176
    assert report["ssim"].value == 1


def test_nan_is_a_reason_and_no_score(drawings):
    spoiled = drawings.clone()
    spoiled[1, 5, 5] = float("nan")
    for pairs in (paired(spoiled, drawings), paired(drawings, spoiled)):
        report = compare_pictures(pairs)
        assert report.verdict is Verdict.NOT_MEASURED
        assert report.score is None
        assert {each.value for each in report.measurements} == {None}


def test_progress_runs_to_its_end_and_may_stop_the_work(drawings):
    told = []
    compare_pictures(paired(drawings, drawings), report_progress=lambda *done: told.append(done))
    assert told == [(step, 24) for step in range(25)]

    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare_pictures(paired(drawings, drawings), report_progress=stop)


@pytest.mark.parametrize(
    ("quality", "profile"), [(95, "hero"), (75, "supporting"), (50, "background"), (25, "draft")]
)
def test_each_profile_lets_its_jpeg_of_real_pictures_pass(
    shared_pictures, shared_picture, saved_as_jpeg, squeeze, quality, profile
):
    """What the profiles' thresholds say of themselves; of the kinds, the hardest of each."""
    measures = load_profile(profile).applied("comparison", *MEASURES)
    names = ("bg_uni", "eileen_happy", "sylvie_blue_smile")
    for name in (each for each in shared_pictures if any(part in each for part in names)):
        picture = shared_picture(name)
        pairs = paired(saved_as_jpeg(picture, quality), picture)
        report = compare_pictures(pairs, (*WITHOUT_WEIGHTS, "lpips_squeeze"), [squeeze], measures)
        assert report.verdict is Verdict.PASS, report.reasons
        assert len(report.required) == 7
