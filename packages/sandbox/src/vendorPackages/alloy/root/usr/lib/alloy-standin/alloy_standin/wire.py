"""What goes over the wire: protobuf messages of remote write and Loki, packed as Snappy does, and the HTTP around them."""

import base64
import http.client
import ssl
import struct
import urllib.error
import urllib.parse
import urllib.request

from .schema import Arg, Sub

CLIENT = {
    "url": Arg("string", required=True),
    "name": Arg("string"),
    "remote_timeout": Arg("duration", default=30.0),
    "headers": Arg("map", default={}),
    "proxy_url": Arg("string"),
    "no_proxy": Arg("string"),
    "proxy_from_environment": Arg("bool", default=False),
    "follow_redirects": Arg("bool", default=True),
    "enable_http2": Arg("bool", default=False),
    "bearer_token": Arg("string"),
    "basic_auth": Sub(
        {"username": Arg("string", default=""), "password": Arg("string", default=""), "password_file": Arg("string")}
    ),
    "tls_config": Sub(
        {
            "ca_file": Arg("string"),
            "ca_pem": Arg("string"),
            "server_name": Arg("string"),
            "insecure_skip_verify": Arg("bool", default=False),
        }
    ),
}


def varint(value):
    """A whole number, negative ones as 64 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def message(number, content):
    """A field with bytes, text or a message."""
    content = content.encode() if isinstance(content, str) else content
    return varint(number << 3 | 2) + varint(len(content)) + content


def number_field(number, value):
    """A field with a whole number."""
    return varint(number << 3) + varint(value)


def double_field(number, value):
    """A field with a fraction."""
    return varint(number << 3 | 1) + struct.pack("<d", value)


def snappy(content):
    """A block in Snappy's format that packs nothing: every decoder reads it."""
    out = [varint(len(content))]
    for at in range(0, len(content), 65536):
        part = content[at : at + 65536]
        out.append(bytes([61 << 2]) + struct.pack("<H", len(part) - 1) + part)
    return b"".join(out)


class Refused(Exception):
    """An answer that is no success. `again`: whether sending it once more may help."""

    def __init__(self, status, reason, text, again):
        line = text.strip().split("\n")[0][:256]
        super().__init__("server returned HTTP status %d %s%s" % (status, reason, ": " + line if line else ""))
        self.status = status
        self.again = again


class Endpoint:
    """Where a component sends to."""

    def __init__(self, arguments):
        self.url = arguments["url"]
        self._timeout = arguments["remote_timeout"]
        self._headers = dict(arguments["headers"])
        basic = arguments["basic_auth"]
        if basic:
            password = basic["password"]
            if basic["password_file"]:
                with open(basic["password_file"], encoding="utf-8") as file:
                    password = file.read().strip()
            pair = "%s:%s" % (basic["username"], password)
            self._headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        elif arguments["bearer_token"]:
            self._headers["Authorization"] = "Bearer " + arguments["bearer_token"]
        self._opener = urllib.request.build_opener(*_handlers(arguments))

    def post(self, content, headers):
        """Sends a body. Raises Refused, or OSError when nobody answers."""
        try:
            request = urllib.request.Request(
                self.url, data=content, headers={"User-Agent": "Alloy/standin", **self._headers, **headers}
            )
            with self._opener.open(request, timeout=self._timeout) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            text = error.read(1024).decode("utf-8", "replace")
            again = error.code == 429 or error.code >= 500
            reason = http.client.responses.get(error.code, "")
            raise Refused(error.code, reason, text, again) from None
        except urllib.error.URLError as error:
            raise OSError('Post "%s": %s' % (self.url, error.reason)) from None
        except (http.client.HTTPException, ValueError) as error:
            raise OSError('Post "%s": %s' % (self.url, error)) from None


def _handlers(arguments):
    tls = arguments["tls_config"] or {}
    context = ssl.create_default_context(cafile=tls.get("ca_file") or None, cadata=tls.get("ca_pem") or None)
    if tls.get("insecure_skip_verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    proxies = {}
    if arguments["proxy_url"]:
        proxies = {"http": arguments["proxy_url"], "https": arguments["proxy_url"]}
    elif arguments["proxy_from_environment"]:
        proxies = urllib.request.getproxies()
    return [urllib.request.HTTPSHandler(context=context), urllib.request.ProxyHandler(proxies)]
