import errno

import pytest

from anime_production.models.frames import InputError
from anime_production.models.jobs.provenance.refused_writing import refusals_in_words


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, '"No space left on device". Free some space'),
        (errno.EROFS, '"Read-only file system". Allow the user'),
        (errno.EACCES, '"Permission denied". Allow the user'),
        (errno.ENAMETOOLONG, '"File name too long". Choose a shorter'),
    ],
)
def test_what_the_system_refuses_is_said_with_the_folder(tmp_path, code, sentence):
    refused = pytest.raises(InputError, match=f"into {tmp_path}, got {sentence}")
    with refused, refusals_in_words(tmp_path):
        raise OSError(code, "what only the system's programmers know")


def test_another_error_stays(tmp_path):
    with pytest.raises(OSError, match="broken"), refusals_in_words(tmp_path):
        raise OSError(errno.EIO, "broken")
