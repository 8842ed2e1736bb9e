"""Every setting, declared once: the table `SETTINGS` drives the environment, `fulfillment.toml`, help and docs.

An environment variable wins over the file, the file over the default. The file is the one named by FBI_CONFIG, else
`fulfillment.toml` in the working directory, and may be missing.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from fulfillment_bi.errors import SettingsError, UnknownNameError
from fulfillment_bi.warehouse.engine import Limits

CONFIG_VARIABLE = "FBI_CONFIG"
CONFIG_NAME = "fulfillment.toml"
UnknownCancellations = Literal["exclude", "fail"]
PickupClock = Literal["paid", "shipped"]
Language = Literal["zh", "en"]
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; see `SETTINGS` for what each means."""

    home: Path = Path("data/warehouse")
    timezone: str = "Asia/Shanghai"
    language: Language = "zh"
    unknown_cancellations: UnknownCancellations = "exclude"
    pickup_clock: PickupClock = "paid"
    quarantine_limit_share: float | None = None
    max_field_bytes: int = 1_048_576
    max_columns: int = 16_384
    max_unpacked_bytes: int = 1_073_741_824
    max_unpacked_ratio: int = 100
    keep_versions: int = 5
    memory_limit: str | None = None
    load_memory: str | None = None
    threads: int | None = None
    query_seconds: float | None = 30.0
    cached_results: int = 2_000
    host: str = "127.0.0.1"
    port: int = 8050
    server_threads: int = 8
    most_waiting: int = 200
    request_log: Literal["off", "json"] = "off"
    browser: str | None = None
    mappings: Path | None = None
    extensions: Path | None = None
    inbox: Path = Path("data/inbox")
    settle_seconds: float | None = 30.0
    max_upload_bytes: int = 1_073_741_824
    sources: Path = Path("sources.toml")
    targets: Path | None = None
    alerts: Path | None = None
    public_url: str | None = None
    notify: tuple[str, ...] | None = None
    mute_hours: tuple[int, int] | None = None
    schedules: Path | None = None
    scheduler: Literal["on", "off"] = "on"
    alert_minutes: int = 15
    forecast_after_load: int = 20_000
    trusted_proxies: tuple[str, ...] | None = None
    proxy_user_header: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_claim: str = "preferred_username"

    @property
    def mappings_folder(self) -> Path:
        """Where mapping files of one's own are."""
        return self.mappings if self.mappings is not None else self.home / "mappings"

    @property
    def zone(self) -> ZoneInfo:
        """The business time zone."""
        return ZoneInfo(self.timezone)

    def is_muted(self, moment: datetime) -> bool:
        """Whether messages wait at `moment` (UTC): within the mute hours of the business day."""
        if self.mute_hours is None:
            return False
        start, end = self.mute_hours
        hour = moment.replace(tzinfo=UTC).astimezone(self.zone).hour
        return start <= hour < end if start < end else hour >= start or hour < end

    def limits(self) -> Limits:
        """What the database engine may use."""
        return Limits(memory=self.memory_limit, threads=self.threads, query_seconds=self.query_seconds)


@dataclass(frozen=True, slots=True)
class Setting:
    """One declaration. `parse` takes text or a TOML value and raises ValueError with the reason."""

    name: str
    type: str
    parse: Callable[[Any], Any]
    help: str

    @property
    def env(self) -> str:
        """The environment variable."""
        return f"FBI_{self.name.upper()}"

    @property
    def default(self) -> Any:
        """The value when neither the environment nor the file has one."""
        return getattr(Settings(), self.name)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be text")
    return value.strip()


def _path(value: Any) -> Path:
    return Path(_text(value)).expanduser()


def _time_zone(value: Any) -> str:
    name = _text(value)
    zones = available_timezones()
    if name not in zones:
        near = UnknownNameError("time zone", name, zones).nearest
        hint = f"Did you mean {', '.join(near)}?" if near else "Use an IANA name such as Asia/Shanghai or UTC."
        raise ValueError(f"is not a known time zone. {hint}")
    return name


def _list(value: Any) -> tuple[str, ...]:
    listed = value.split() if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(one, str) and one.strip() for one in listed):
        raise ValueError("must be a list of texts (in the environment: separated by blanks)")
    return tuple(one.strip() for one in listed)


def _hours(value: Any) -> tuple[int, int]:
    first, dash, last = _text(value).partition("-")
    if not dash or not (first.isdigit() and last.isdigit()) or not (int(first) < 24 and int(last) < 24):
        raise ValueError("must be two hours such as 22-7")
    return int(first), int(last)


def _networks(value: Any) -> tuple[str, ...]:
    listed = _list(value)
    for one in listed:
        try:
            ipaddress.ip_network(one, strict=False)
        except ValueError:
            raise ValueError(f"must be addresses or networks; '{one}' is none") from None
    return listed


def _address(value: Any) -> str:
    text = _text(value)
    if not text.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return text


def _choice(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return str(value)

    return parse


def _number(value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise ValueError("must be a number") from None


def _whole(low: int, high: float = float("inf")) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        number = _number(value)
        if not number.is_integer() or not low <= number <= high:
            most = f" and at most {high}" if isinstance(high, int) else ""
            raise ValueError(f"must be a whole number of at least {low}{most}")
        return int(number)

    return parse


def _share(value: Any) -> float | None:
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError("must be a share between 0 and 1")
    return None if number == 1 else number


def _seconds(value: Any) -> float | None:
    number = _number(value)
    if not 0 <= number < 1e9:
        raise ValueError("must be a number of seconds, 0 for no limit")
    return number or None


def _size(value: Any) -> str:
    match = _SIZE.fullmatch(_text(value))
    if match is None or float(match[1]) == 0:
        raise ValueError("must be a size with a unit, such as 800MB or 2GB")
    return match[1] + match[2]


SETTINGS: tuple[Setting, ...] = (
    Setting("home", "path", _path, "Directory that holds the warehouse: its versions, archive and key."),
    Setting("timezone", "time zone", _time_zone, "Business time zone: where a day starts and ends."),
    Setting("language", "zh or en", _choice(get_args(Language)), "Language when the address names none."),
    Setting(
        "unknown_cancellations",
        "exclude or fail",
        _choice(get_args(UnknownCancellations)),
        "Orders cancelled by nobody knows whom: leave them out of promise metrics, or count them as failed.",
    ),
    Setting(
        "pickup_clock",
        "paid or shipped",
        _choice(get_args(PickupClock)),
        "Where the time for the carrier's pickup starts: at the payment, or where the order is marked as shipped.",
    ),
    Setting(
        "quarantine_limit_share",
        "share 0 to 1",
        _share,
        "Refuse a file when more than this share of its rows is quarantined; 1 or unset: no limit.",
    ),
    Setting("max_field_bytes", "bytes", _whole(1), "A longer field sends its row to quarantine."),
    Setting("max_columns", "count", _whole(1), "A table with more columns is refused."),
    Setting("max_unpacked_bytes", "bytes", _whole(1), "A workbook that unpacks to more is refused."),
    Setting(
        "max_unpacked_ratio",
        "times",
        _whole(1),
        "A large file that unpacks to more than so many times its own size is refused: a workbook from 10 MB on, gzip "
        "from 256 MB on.",
    ),
    Setting("keep_versions", "count", _whole(1), "Published versions kept for a rollback, the current included."),
    Setting("memory_limit", "size", _size, "Memory for the database engine, such as 2GB; unset: 80 % of the machine."),
    Setting(
        "load_memory",
        "size",
        _size,
        "Memory in which a load builds its tables, such as 1GB: what is more goes to temporary files in the home; "
        "unset: 2GB, or as much as it takes where that is too little.",
    ),
    Setting("threads", "count", _whole(1), "Threads for the database engine; unset: one a core."),
    Setting("query_seconds", "seconds", _seconds, "A question that takes longer is stopped; 0: no limit."),
    Setting("cached_results", "count", _whole(0), "Answers each process keeps in memory."),
    Setting(
        "host", "address", _text, "Address the web application listens on; without sign-in only this machine's own."
    ),
    Setting("port", "port", _whole(1, 65_535), "Port the web application listens on."),
    Setting("server_threads", "count", _whole(1), "Requests that the web application works on at the same time."),
    Setting("most_waiting", "count", _whole(1), "When more requests wait, they are told to come again (503)."),
    Setting(
        "request_log", "off or json", _choice(("off", "json")), "A line of JSON on stderr for every request, or none."
    ),
    Setting("browser", "path", _text, "Chromium that draws PNG and PDF; unset: the first one found."),
    Setting("mappings", "path", _path, "Folder of your own mapping files; unset: mappings in the home."),
    Setting("extensions", "path", _path, "Folder of extensions of your own, each a folder; see docs/how-to/extend.md."),
    Setting("inbox", "path", _path, "Folder that `fbi watch` loads from."),
    Setting("settle_seconds", "seconds", _seconds, "A file in the inbox is whole when unchanged for so long."),
    Setting("max_upload_bytes", "bytes", _whole(1), "Largest file that the Data page accepts."),
    Setting("sources", "path", _path, "File that names the databases to load from; see docs/how-to/sql-source.md."),
    Setting("targets", "path", _path, "File of your own targets; unset: targets.toml in the home, where there is one."),
    Setting("alerts", "path", _path, "File of your own alert rules; unset: alerts.toml in the home, if there is one."),
    Setting("public_url", "address", _address, "Where people reach the application; links in messages start with it."),
    Setting("notify", "list", _list, "Where messages go: addresses of the notification library, one per channel."),
    Setting("mute_hours", "hours", _hours, "Hours of the business day in which alert messages wait, such as 22-7."),
    Setting("schedules", "path", _path, "File of report schedules; unset: schedules.toml in the home, if any."),
    Setting(
        "scheduler",
        "on or off",
        _choice(("on", "off")),
        "Whether `fbi serve` also runs schedules and alerts; off where `fbi run-schedule` does.",
    ),
    Setting("alert_minutes", "minutes", _whole(0), "How often the scheduler checks alert rules; 0: never."),
    Setting(
        "forecast_after_load",
        "series",
        _whole(0),
        "After a load the scheduler forecasts demand for up to so many SKU-warehouses; 0: never.",
    ),
    Setting("trusted_proxies", "list", _networks, "Addresses or networks of your own proxies, whose headers count."),
    Setting("proxy_user_header", "header", _text, "Header in which these proxies name the user they signed in."),
    Setting("oidc_issuer", "address", _address, "OpenID Connect issuer to sign in with; see docs/how-to/sign-in.md."),
    Setting("oidc_client_id", "text", _text, "What the issuer calls this application."),
    Setting("oidc_client_secret", "text", _text, "The application's secret at the issuer; better in the environment."),
    Setting("oidc_claim", "claim", _text, "Claim of the identity token that holds the user's name."),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def load_settings(environ: Mapping[str, str] | None = None, directory: Path | str = ".") -> Settings:
    """The settings from `environ` (default: the process's) and the file in `directory` or named by FBI_CONFIG.

    Raises SettingsError for a file that is missing though named, is not TOML, or holds an unknown name, and for any
    value that cannot be used. An empty variable counts as unset.
    """
    env = os.environ if environ is None else environ
    values = _from_file(env.get(CONFIG_VARIABLE, ""), Path(directory))
    for setting in SETTINGS:
        if text := env.get(setting.env, "").strip():
            values[setting.name] = _parsed(setting, text, setting.env)
    return Settings(**values)


def _from_file(named: str, directory: Path) -> dict[str, Any]:
    path = Path(named).expanduser() if named else directory / CONFIG_NAME
    if not named and not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError("There is no such file.", where=f"{CONFIG_VARIABLE}={path}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The file cannot be read as TOML: {error}.", where=str(path)) from error
    values = {}
    for name, value in table.items():
        if name not in _BY_NAME:
            unknown = UnknownNameError("setting", name, _BY_NAME)
            raise SettingsError(unknown.what, where=str(path), hint=unknown.hint)
        values[name] = _parsed(_BY_NAME[name], value, f"{path}: {name}")
    return values


def _parsed(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.parse(value)
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise SettingsError(f"{value!r} {reason}.", where=where, hint=setting.help) from None
