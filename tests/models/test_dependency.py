import sys

import pytest

from anime_production.models import dependency


class Missing:
    """Makes an import fail as it does where the package, or a library below it, is absent."""

    def __init__(self, name, error):
        self.name, self.error = name, error

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == self.name:
            raise self.error


@pytest.fixture
def absent(monkeypatch):
    def make(name, error):
        for module in [each for each in sys.modules if each.partition(".")[0] == name]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(sys, "meta_path", [Missing(name, error), *sys.meta_path])

    return make


@pytest.mark.parametrize(("module", "package"), dependency.PACKAGES.items())
def test_a_missing_package_is_named_with_the_command_that_installs_it(absent, module, package):
    absent(module, ModuleNotFoundError(f"No module named '{module}'", name=module))
    with pytest.raises(dependency.MissingDependency) as caught:
        dependency.require(module)
    assert f'"{sys.executable}" -m pip install "{package}"' in str(caught.value)
    assert "not installed" in str(caught.value)


def test_a_missing_system_library_is_named_with_its_debian_package(absent):
    absent("cv2", ImportError("libGL.so.1: cannot open shared object file: No such file"))
    with pytest.raises(dependency.MissingDependency, match="apt install libgl1"):
        dependency.require("cv2")


def test_a_package_that_is_there_but_broken_says_what_broke(absent):
    absent("cv2", ModuleNotFoundError("No module named 'numpy'", name="numpy"))
    with pytest.raises(dependency.MissingDependency, match=r"cannot be imported .*numpy"):
        dependency.require("cv2")


def test_a_package_that_is_there_is_imported():
    assert dependency.require("cv2").__name__ == "cv2"
