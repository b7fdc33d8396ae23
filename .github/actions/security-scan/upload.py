"""Hands a report to code scanning of GitHub: upload.py SARIF, with UPLOAD_TOKEN and what the runner sets."""

import base64
import gzip
import json
import os
import sys
import urllib.error
import urllib.request


def main(path):
    with open(path, "rb") as file:
        packed = base64.b64encode(gzip.compress(file.read(), mtime=0)).decode()
    env = os.environ
    body = {"commit_sha": env["GITHUB_SHA"], "ref": env["GITHUB_REF"], "sarif": packed}
    request = urllib.request.Request(
        f"{env['GITHUB_API_URL']}/repos/{env['GITHUB_REPOSITORY']}/code-scanning/sarifs",
        data=json.dumps(body).encode(),
        headers={
            "Authorization": f"Bearer {env['UPLOAD_TOKEN']}",
            "Accept": "application/vnd.github+json",
            "Content-Type": "application/json",
        },
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            print(f"GitHub took the report: {answer.status}")
    except urllib.error.HTTPError as problem:
        sys.exit(f"GitHub answered {problem.code}: {problem.read(300).decode(errors='replace')}")
    except urllib.error.URLError as problem:
        sys.exit(f"GitHub does not answer: {problem.reason}")


main(sys.argv[1])
