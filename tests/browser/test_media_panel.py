"""The editor's own panel of media: it lists the saved pictures, and no thumbnail of the pack."""

from urllib.parse import parse_qs, urlsplit

from ..integration.client import ComfyClient, Prompt
from .conftest import in_the_classic_canvas
from .editor import Editor
from .panel import TAB_BUTTON, expect

pytestmark = in_the_classic_canvas
SAVED = "media_panel"
SOURCES = "images => images.map((image) => image.src)"


def test_the_media_panel_lists_saved_pictures_and_no_thumbnails(
    editor: Editor, client: ComfyClient
):
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=2, width=128, height=128)
    model = prompt.add("AnimeIdentityModel")
    sheet = prompt.add(
        "AnimeCharacterSheet", references=clip.out(), model=model.out(), name="media"
    )
    still = prompt.add("AnimeStillQuality", images=clip.out())
    prompt.add("AnimeBestOf", images=clip.out(), report=still.out(), k=1)
    prompt.add("SaveImage", images=clip.out(), filename_prefix=SAVED)
    run = client.run(prompt)
    assert run.outputs[sheet]["anime_references"]
    # The panel reads the history when the page opens.
    editor.open()
    editor.page.locator(TAB_BUTTON.format(tab="assets")).click()
    more = editor.page.get_by_role("button", name="See more outputs").first
    expect(more).to_have_text("2")
    more.click()
    pictures = editor.page.locator(".sidebar-content-container img[src*='/view?']")
    expect(pictures).to_have_count(2)
    editor.picture("media-panel")
    for source in pictures.evaluate_all(SOURCES):
        assert parse_qs(urlsplit(source).query)["filename"][0].startswith(SAVED)
