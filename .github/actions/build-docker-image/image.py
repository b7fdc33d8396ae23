"""Looks into an archive of an image (OCI layout).

image.py digest ARCHIVE              prints the digest of its manifest
image.py programs ARCHIVE FOLDER     writes the executables of its layers into a folder
"""

import io
import json
import os
import sys
import tarfile


def read(archive, name):
    return archive.extractfile(archive.getmember(name)).read()


def blob(archive, digest):
    return read(archive, "blobs/" + digest.replace(":", "/"))


def manifest_digest(archive):
    listed = json.loads(read(archive, "index.json"))["manifests"]
    if len(listed) != 1:
        sys.exit(f"The archive has {len(listed)} images; one is expected.")
    return listed[0]["digest"]


def programs(archive, folder):
    manifest = json.loads(blob(archive, manifest_digest(archive)))
    number = 0
    for layer in manifest["layers"]:
        with tarfile.open(fileobj=io.BytesIO(blob(archive, layer["digest"]))) as files:
            for member in files:
                if not member.isfile() or not member.mode & 0o111:
                    continue
                content = files.extractfile(member).read()
                if content[:4] == b"\x7fELF":
                    number += 1
                    path = os.path.join(folder, f"{number}")
                    with open(path, "wb") as file:
                        file.write(content)
                    os.chmod(path, 0o755)
    print(f"{number} programs in the image")


def main(what, path, *more):
    with tarfile.open(path) as archive:
        if what == "digest":
            print(manifest_digest(archive))
        else:
            programs(archive, *more)


main(*sys.argv[1:])
