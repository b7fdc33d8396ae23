"""Archives whose bytes depend on nothing but what is in them: names in order, one time, no owner.

pack.py zip FILE EPOCH FOLDER...    the contents of the folders, the later ones over the earlier
pack.py tgz FILE EPOCH FOLDER       a folder with its own name, as `helm package` has it
"""

import gzip
import os
import stat
import sys
import tarfile
import time
import zipfile


def entries(folder):
    """Files of a folder by their path in it, sorted; a link that leads out of it is refused."""
    root = os.path.realpath(folder)
    found = {}
    for where, folders, files in os.walk(root):
        if ".git" in folders:
            folders.remove(".git")
        for name in files:
            path = os.path.join(where, name)
            real = os.path.realpath(path)
            if not os.path.isfile(real):
                sys.exit(f"{os.path.relpath(path, root)} is no file.")
            if os.path.commonpath([root, real]) != root:
                sys.exit(f"{os.path.relpath(path, root)} leads out of its folder.")
            found[os.path.relpath(path, root)] = real
    return found


def mode_of(path):
    return 0o755 if os.stat(path).st_mode & stat.S_IXUSR else 0o644


def write_zip(target, epoch, folders):
    # A zip knows no year before 1980, and no time zone.
    when = time.gmtime(max(epoch, 315532800))[:6]
    found = {}
    for folder in folders:
        found.update(entries(folder))
    if not found:
        sys.exit("There is nothing to pack.")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(found):
            info = zipfile.ZipInfo(name, when)
            info.create_system = 3
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | mode_of(found[name])) << 16
            with open(found[name], "rb") as file:
                archive.writestr(info, file.read())


def write_tgz(target, epoch, folder):
    found = entries(folder)
    base = os.path.basename(os.path.realpath(folder))
    with open(target, "wb") as raw:
        with gzip.GzipFile("", "wb", 9, raw, mtime=epoch) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for name in sorted(found):
                    info = tarfile.TarInfo(f"{base}/{name}")
                    info.size = os.path.getsize(found[name])
                    info.mtime = epoch
                    info.mode = mode_of(found[name])
                    with open(found[name], "rb") as file:
                        archive.addfile(info, file)


def main(kind, target, epoch, *folders):
    if kind == "zip":
        write_zip(target, int(epoch), folders)
    else:
        write_tgz(target, int(epoch), folders[0])


main(*sys.argv[1:])
