"""What is installed is pinned, hashed, free of addresses, and may be used as we use it."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata

import pytest

from tests.house.tree import ROOT, files, text

LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock", "requirements-uv.lock"]
PERMISSIVE = {
    "MIT", "MIT-0", "MIT-CMU", "BSD", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "ISC", "PSF-2.0",
    "Python-2.0", "Zlib", "Unlicense", "CC0-1.0", "OFL-1.1", "BlueOak-1.0.0", "LicenseRef-Permissive",
}  # fmt: skip
WEAK = {"MPL-2.0", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later"}
WORDS = {
    "MIT License": "MIT",
    "BSD License": "BSD",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Python Software Foundation License": "PSF-2.0",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
# what their metadata does not say, looked up in the package's own licence file
KNOWN = {"sqlcipher3": {"Zlib"}, "qrcode": {"BSD"}, "fido2": {"BSD", "Apache-2.0", "MPL-2.0"}}


def pinned(lock: str) -> list[str]:
    """The name of every package in a lock."""
    names = re.findall(r"^([A-Za-z0-9._-]+)==", (ROOT / lock).read_text(), re.M)
    assert names
    return names


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock: str) -> None:
    words = (ROOT / lock).read_text()
    assert "://" not in words
    assert not re.search(r"^\s*--(?!hash=)", words, re.M)
    entries = [entry for entry in re.split(r"\n(?=\S)", words.strip()) if not entry.startswith("#")]
    assert len(entries) == len(pinned(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_browser_lock_has_hashes_and_no_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert not [name for name, one in packages.items() if "resolved" in one]
    assert not [name for name, one in packages.items() if "integrity" not in one]
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()


def test_no_file_names_a_registry() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "npmjs" + ".com"]
    assert not [
        f"{path}: {host}" for path in files() if (words := text(path)) for host in hosts if host in words
    ]


def test_development_adds_to_the_runtime_and_changes_nothing() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^[A-Za-z0-9._-]+==[^\s;]+", (ROOT / lock).read_text(), re.M))

    assert versions("requirements.lock") <= versions("requirements-dev.lock")


def test_uv_and_its_build_backend_are_of_one_series() -> None:
    (backend,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    (version,) = re.findall(r"^uv==(\d+\.\d+)\.", (ROOT / "requirements-uv.lock").read_text(), re.M)
    assert backend.startswith(f"uv_build>={version},")


def licences(name: str) -> set[str]:
    """What a package says of its licence, as SPDX names where they are known."""
    about = metadata.metadata(name)
    if name in KNOWN:
        return KNOWN[name]
    if expression := about.get("License-Expression"):
        return {word for word in re.split(r"[()\s]+|\bAND\b|\bOR\b|\bWITH\b", expression) if word}
    said = {entry.rpartition(" :: ")[2] for entry in about.get_all("Classifier") or [] if "License" in entry}
    named = {WORDS.get(word, word) for word in said - {"OSI Approved"}}
    return named or {about.get("License") or "unsaid"}


def test_runtime_packages_are_permissive_or_weakly_copyleft() -> None:
    judged, refused = 0, {}
    for name in pinned("requirements.lock"):
        try:
            said = licences(name)
        except metadata.PackageNotFoundError:
            continue  # for another platform
        judged += 1
        if not said <= PERMISSIVE | WEAK:
            refused[name] = said
    assert judged > 20
    assert not refused


def test_browser_packages_that_ship_are_permissive() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    shipped = {name: one.get("license") for name, one in lock.items() if name and not one.get("dev")}
    assert shipped
    assert set(shipped.values()) <= PERMISSIVE
