"""The editor asks ComfyUI for the texts of all packs at once."""

from .client import ComfyClient


def test_comfyui_serves_the_packs_texts_in_every_language(client: ComfyClient):
    served = client.get("/i18n")
    titles = {
        language: served[language]["nodeDefs"]["AnimeLoopScore"]["display_name"]
        for language in ("en", "ja", "zh")
    }
    assert titles == {
        "en": "Loop Score (Anime)",
        "ja": "ループ採点（アニメ）",
        "zh": "循环评分（动画）",
    }
    assert served["ja"]["nodeCategories"]["Loop"] == "ループ"
    assert "{steps}" in served["zh"]["animeProduction"]["reasons"]["seam_jump"]
