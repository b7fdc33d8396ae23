"""CycloneDX out of what `go version -m` says of Go programs, read from standard input.

sbom.py FILE NAME VERSION
"""

import json
import sys
import uuid
from urllib.parse import quote


def components(lines):
    found = {}
    last = None
    for line in lines:
        parts = line.strip().split("\t")
        if line[:1] not in ("\t", "") and ": go" in line:
            # The head of a program: its path, and the Go that built it.
            go = line.rsplit(": go", 1)[1].split()[0]
            found[("stdlib", go)] = {
                "type": "library",
                "name": "stdlib",
                "version": f"go{go}",
                "cpe": f"cpe:2.3:a:golang:go:{go}:*:*:*:*:*:*:*",
                "purl": f"pkg:golang/stdlib@{go}",
            }
        elif parts[0] == "dep" and len(parts) >= 3:
            last = (parts[1], parts[2])
            found[last] = library(*last)
        elif parts[0] == "=>" and len(parts) >= 3 and last:
            # What was replaced by another module is not in the program; a folder in its place is the module itself, changed.
            if not parts[1].startswith((".", "/")):
                found.pop(last, None)
                found[(parts[1], parts[2])] = library(parts[1], parts[2])
    return [found[key] for key in sorted(found)]


def library(name, version):
    return {
        "type": "library",
        "name": name,
        "version": version,
        "purl": f"pkg:golang/{quote(name, safe='/.')}@{quote(version, safe='.')}",
    }


def main(target, name, version):
    listed = components(sys.stdin)
    content = json.dumps([name, version, listed], sort_keys=True)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # Of the content, so that the same program has the same document.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "go version -m"}]},
            "component": {"type": "application", "name": name, "version": version},
        },
        "components": listed,
    }
    with open(target, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, sort_keys=True)
        file.write("\n")
    print(f"{len(listed)} modules listed")


main(*sys.argv[1:])
