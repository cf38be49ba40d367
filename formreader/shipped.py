"""Where templates and models are looked for: beside the user first, then the shipped ones."""

from pathlib import Path

DEFAULT_MODEL = "formreader"  # reads where no model is named
_PACKAGE = Path(__file__).parent


def template_folders() -> tuple[Path, ...]:
    """Return the folders in which a template's name is looked up, first come first."""
    return (Path("templates"), _data_folder() / "templates")


def model_folders() -> tuple[Path, ...]:
    """Return the folders in which a model's name is looked up, first come first."""
    return (Path("models"), _data_folder() / "models")


def is_shipped(folder: Path) -> bool:
    """Tell whether a model's or template's folder is one of those that come with the program."""
    shipped = _data_folder().resolve()
    return folder.resolve().parent in {shipped / "templates", shipped / "models"}


def _data_folder() -> Path:
    """Return the data inside an installed wheel or, in an editable install, the repository."""
    shipped = _PACKAGE / "_shipped"
    return shipped if shipped.is_dir() else _PACKAGE.parent
