"""Where settings come from, and what is said about those that cannot be used."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from fulfillment_bi.errors import SettingsError
from fulfillment_bi.settings import SETTINGS, Settings, load_settings


def test_defaults(tmp_path: Path) -> None:
    assert load_settings({}, tmp_path) == Settings()


def test_every_setting_is_declared_once_with_help_and_a_usable_default() -> None:
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]
    for setting in SETTINGS:
        assert setting.help.endswith(".")
        assert setting.env == "FBI_" + setting.name.upper()
        if setting.default is not None:
            assert setting.parse(str(setting.default)) == setting.default


def test_environment_over_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "fulfillment.toml").write_text('timezone = "UTC"\nthreads = 3\nhome = "here"\n')
    settings = load_settings({"FBI_THREADS": "2", "FBI_HOME": " "}, tmp_path)
    assert (settings.timezone, settings.threads, settings.home) == ("UTC", 2, Path("here"))
    assert settings.language == Settings().language


def test_a_named_file_instead_of_the_one_in_the_directory(tmp_path: Path) -> None:
    (tmp_path / "fulfillment.toml").write_text('timezone = "UTC"')
    other = tmp_path / "other.toml"
    other.write_bytes(b'\xef\xbb\xbflanguage = "en"')
    settings = load_settings({"FBI_CONFIG": str(other)}, tmp_path)
    assert (settings.timezone, settings.language) == (Settings().timezone, "en")


def test_the_process_environment_and_directory_by_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fulfillment.toml").write_text("threads = 3")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FBI_CONFIG", raising=False)
    monkeypatch.delenv("FBI_THREADS", raising=False)
    monkeypatch.setenv("FBI_KEEP_VERSIONS", "7")
    settings = load_settings()
    assert (settings.threads, settings.keep_versions) == (3, 7)


GOOD = [
    ("home", "~/fbi", Path("~/fbi").expanduser()),
    ("timezone", "America/Sao_Paulo", "America/Sao_Paulo"),
    ("quarantine_limit_share", "0.05", 0.05),
    ("quarantine_limit_share", "1", None),
    ("memory_limit", "1.5 gib", "1.5gib"),
    ("query_seconds", "0", None),
    ("query_seconds", "2.5", 2.5),
    ("cached_results", "0", 0),
    ("unknown_cancellations", "fail", "fail"),
]


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_values(name: str, text: str, value: object, tmp_path: Path) -> None:
    assert getattr(load_settings({f"FBI_{name.upper()}": text}, tmp_path), name) == value


BAD = [
    ("timezone", "Asia/Shanghi", "Asia/Shanghai"),
    ("timezone", "nowhere at all", "IANA"),
    ("timezone", "../../etc/passwd", "not a known time zone"),
    ("language", "fr", "zh, en"),
    ("unknown_cancellations", "maybe", "exclude, fail"),
    ("quarantine_limit_share", "5", "between 0 and 1"),
    ("quarantine_limit_share", "nan", "between 0 and 1"),
    ("max_field_bytes", "0", "at least 1"),
    ("keep_versions", "2.5", "whole number"),
    ("keep_versions", "inf", "whole number"),
    ("port", "65536", "at most 65535"),
    ("memory_limit", "2", "with a unit"),
    ("memory_limit", "0GB", "with a unit"),
    ("threads", "many", "a number"),
    ("query_seconds", "-1", "seconds"),
]


@pytest.mark.parametrize(("name", "text", "said"), BAD)
def test_a_bad_value_says_where_and_why(name: str, text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"FBI_{name.upper()}.*{said}"):
        load_settings({f"FBI_{name.upper()}": text}, tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('time_zone = "UTC"', "no setting 'time_zone'.*timezone"),
        ("threads = true", "threads.*must be a number"),
        ('threads = ["2"]', "threads.*must be a number"),
        ("home = 3", "home.*must be text"),
        ("language = 1", "must be one of"),
        ("timezone", "cannot be read as TOML"),
        ("[warehouse]\nhome = 'x'", "no setting 'warehouse'"),
    ],
)
def test_a_bad_file_says_where_and_why(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "fulfillment.toml").write_text(content)
    with pytest.raises(SettingsError, match=rf"fulfillment\.toml.*{said}"):
        load_settings({}, tmp_path)


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_settings({"FBI_CONFIG": str(tmp_path / "none.toml")}, tmp_path)
    (tmp_path / "fulfillment.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({}, tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({"FBI_CONFIG": str(tmp_path)}, tmp_path)
