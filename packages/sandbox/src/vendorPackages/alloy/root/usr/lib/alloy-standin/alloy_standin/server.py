"""The small HTTP server by which others see whether the program is well."""

import http.server
import threading


def serve(address, is_ready, reload_configuration, version):
    """Answers at `host:port` until the program ends. Raises OSError.

    reload_configuration: loads anew; gives the text of what went wrong, or None.
    """
    host, _, port = address.rpartition(":")

    class Handler(http.server.BaseHTTPRequestHandler):
        """Answers one request."""

        def do_GET(self):  # pylint: disable=invalid-name
            """Health, and figures of the program itself."""
            ready = is_ready()
            if self.path == "/-/ready":
                self._answer(*((200, "Alloy is ready.\n") if ready else (503, "Config failed to load.\n")))
            elif self.path == "/-/healthy":
                self._answer(200, "All Alloy components are healthy.")
            elif self.path == "/metrics":
                build = 'alloy_build_info{version="%s"} 1\n' % version
                self._answer(200, build + "alloy_config_last_load_successful %d\n" % ready)
            elif self.path == "/":
                self._answer(200, "A stand-in for Grafana Alloy, version %s. There is no page to see.\n" % version)
            else:
                self._answer(404, "404 page not found\n")

        def do_POST(self):  # pylint: disable=invalid-name
            """Loads the configuration anew."""
            if self.path != "/-/reload":
                self._answer(404, "404 page not found\n")
                return
            problem = reload_configuration()
            self._answer(*((400, "error during reload: %s\n" % problem) if problem else (200, "config reloaded\n")))

        def _answer(self, status, text):
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format, *args):  # pylint: disable=redefined-builtin
            """Nobody asked for a line for each request."""

    server = http.server.ThreadingHTTPServer((host.strip("[]") or "0.0.0.0", int(port)), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
