"""The program as a whole: start-up, help, versions, errors, doctor."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from fulfillment_bi.cli import application, doctor, machine
from fulfillment_bi.cli.machine import Finding, PackageManager
from fulfillment_bi.cli.reference import command_helps
from tests.cli.conftest import Fbi, one_sentence

HEAVY = ("dash", "plotly", "pandas", "duckdb", "pyarrow", "playwright", "rich", "numpy")


def process(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    code = "from fulfillment_bi.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
        timeout=120,
    )


def test_help_is_fast_and_lists_every_command():
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = process("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    commands = "sample load adapters metrics dimensions query rows order quarantine report versions doctor serve demo"
    for command in commands.split():
        assert f"\n  {command} " in done.stdout
    assert "Exit codes: 0 done; 1 failed" in done.stdout
    # Processor time: the wall clock of a busy machine says nothing about the program
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.5


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from fulfillment_bi.cli.application import run; run(['--help']); "
        f"print('heavy:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip().endswith("heavy: []")


@pytest.mark.parametrize("command", ["alarms", "wach"])
def test_a_command_that_is_not_built_does_not_exist(fbi: Fbi, command: str):
    assert fbi(command).code == 2


def test_every_command_has_real_examples():
    helps = dict(command_helps())
    leaves = {path: text for path, text in helps.items() if not any(other.startswith(f"{path} ") for other in helps)}
    assert len(leaves) >= 19
    for path, text in leaves.items():
        examples = [line.strip() for line in text.splitlines() if f"{path}" in line and not line.startswith("Usage")]
        assert examples, f"{path} has no example"


def test_version_and_no_arguments(fbi: Fbi):
    assert fbi("--version").out.startswith("fbi 0.")
    bare = fbi()
    assert bare.code == 2
    assert "Commands:" in bare.out + bare.err


def test_a_fault_is_one_sentence_unless_asked_for_more(fbi: Fbi, monkeypatch: pytest.MonkeyPatch):
    def broken():
        raise RuntimeError("the wheel came off")

    monkeypatch.setattr(application, "build", broken)
    monkeypatch.delenv("FBI_DEBUG", raising=False)
    done = fbi("metrics")
    assert done.code == 1
    one_sentence(done.err, "the wheel came off", "FBI_DEBUG=1")
    monkeypatch.setenv("FBI_DEBUG", "1")
    assert "Traceback" in fbi("metrics").err


def test_a_wrong_setting_is_exit_2(fbi: Fbi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FBI_TIMEZONE", "Asia/Shanghia")
    done = fbi("query", "otif")
    assert done.code == 2
    one_sentence(done.err, "FBI_TIMEZONE", "Asia/Shanghai")


def test_a_closed_pipe_is_no_error(home: Path):
    program = f"{sys.executable} -c 'from fulfillment_bi.cli import main; main()'"
    command = f"{program} rows orders --part numerator --json | head -1"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env={**os.environ, "FBI_HOME": str(home)}
    )
    assert done.stdout == "{\n"
    assert done.stderr == ""


def test_errors_go_to_standard_error_and_data_to_standard_output(home: Path):
    good = process("query", "otif", "--json", FBI_HOME=str(home))
    assert (good.returncode, good.stderr) == (0, "")
    bad = process("query", "ottif", FBI_HOME=str(home))
    assert (bad.returncode, bad.stdout) == (2, "")
    one_sentence(bad.stderr, "otif")


def test_serve_refuses_an_address_others_can_reach(fbi: Fbi):
    for host in ("0.0.0.0", "192.168.1.5", "::", "example.test"):
        done = fbi("serve", "--host", host)
        assert done.code == 2
        one_sentence(done.err, "sign-in")


def test_demo_does_not_pass_real_data_off_as_a_sample(fbi: Fbi, exports: Path):
    fbi("load", str(exports / "reviews.csv"))
    done = fbi("demo")
    assert done.code == 1
    one_sentence(done.err, "own data", "fbi serve")


def test_doctor_finds_and_prints(fbi: Fbi, monkeypatch: pytest.MonkeyPatch):
    done = fbi("doctor", "--json")
    found = {one["check"]: one for one in done.json["findings"]}
    assert {"python", "duckdb", "settings", "permissions", "disk", "warehouse", "chromium", "fonts"} <= set(found)
    assert all(set(one) == {"check", "state", "found", "fix"} for one in found.values())
    assert done.code == (0 if done.json["ok"] else 1)
    monkeypatch.setenv("FBI_BROWSER", "/no/such/browser")
    broken = fbi("doctor")
    assert broken.code == 1
    assert "FBI_BROWSER" in broken.out


APT = PackageManager("apt-get", ("apt-get", "update"), ("apt-get", "install", "-y"), "chromium", ("fonts-noto-cjk",))
LACKING = [Finding("chromium", "problem", "not found"), Finding("fonts", "problem", "none")]


def test_doctor_without_the_right_to_install_says_exactly_what_to_run(fbi: Fbi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "findings", lambda: LACKING)
    monkeypatch.setattr(machine, "package_manager", lambda: APT)
    monkeypatch.setattr(doctor, "root_prefix", lambda: None)
    monkeypatch.setattr(doctor, "run_install", lambda command: pytest.fail(f"ran {command}"))
    done = fbi("doctor", "--install")
    assert done.code == 1
    assert "sudo sh -c 'apt-get update && apt-get install -y chromium fonts-noto-cjk'" in done.out


def test_doctor_installs_only_what_is_missing(fbi: Fbi, monkeypatch: pytest.MonkeyPatch):
    ran: list[tuple[str, ...]] = []
    rounds = iter([[Finding("fonts", "problem", "none")], [Finding("fonts", "ok", "there")]])
    monkeypatch.setattr(doctor, "findings", lambda: next(rounds))
    monkeypatch.setattr(machine, "package_manager", lambda: APT)
    monkeypatch.setattr(doctor, "root_prefix", lambda: ("sudo", "-n"))
    monkeypatch.setattr(doctor, "run_install", lambda command: ran.append(command) or True)
    assert fbi("doctor", "--install").code == 0
    assert ran == [
        ("sudo", "-n", "apt-get", "update"),
        ("sudo", "-n", "apt-get", "install", "-y", "fonts-noto-cjk"),
    ]


def test_doctor_installs_nothing_when_nothing_is_missing(fbi: Fbi, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "findings", lambda: [Finding("chromium", "ok", "there")])
    monkeypatch.setattr(doctor, "run_install", lambda command: pytest.fail(f"ran {command}"))
    assert fbi("doctor", "--install").code == 0
