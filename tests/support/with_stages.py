#!/usr/bin/env python3
"""with_stages.py BUNDLE OUT [SETTINGS]: a copy of a bundle that also recommends in four stages, SETTINGS (JSON) being its settings.meaning.
Without the tables of vectors: content is then what the shop knows of similar products."""
import hashlib
import json
import shutil
import sys
from pathlib import Path


def seal(manifest):
    """The text of the manifest with its own checksum in it."""
    manifest["checksum"] = "0" * 64
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    return text.replace("0" * 64, hashlib.sha256(text.encode()).hexdigest(), 1)


def with_stages(bundle, out, settings=None):
    shutil.copytree(bundle, out)
    path = Path(out) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["settings"]["meaning"] = settings or {}
    manifest["needs"] = [*manifest.get("needs", []), "meaning"]
    path.write_text(seal(manifest))
    return Path(out)


if __name__ == "__main__":
    with_stages(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]) if len(sys.argv) > 3 else None)
