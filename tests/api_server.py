"""A small HTTP server on loopback that stands for the APIs our shell scripts talk to.

It answers from a table of documents, breaks down where a test says so, and looks at every request
whether the caller's secret can be read from any command line of the machine.
"""

import contextlib
import http.server
import json
import pathlib
import threading
import urllib.parse

HTML = b"<!DOCTYPE html>\n<html><body>{\"data\": []} Please log in</body></html>\n"


def command_lines():
    """Of all processes, as anybody on the machine sees them."""
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()


class Fault:
    """What happens to the requests whose address holds `part`, `times` times."""

    def __init__(self, kind, part="", times=10 ** 6, **details):
        self.kind, self.part, self.times, self.details = kind, part, times, details


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer, header, secret):
        """answer(method, path, query, body) gives (status, document), None for 404."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.header, self.secret = answer, header, secret
        self.faults, self.requests, self.leaks = [], [], []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lock = threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05},
                         daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def fault(self, address):
        with self.lock:
            for fault in self.faults:
                if fault.part in address and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def look_for_leaks(self):
        secret = self.secret.encode()
        self.leaks += [line for line in command_lines() if secret in line]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet

    def log_message(self, *_):
        pass

    def send(self, status, content, kind="application/json", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def cut(self, content, silent=False):
        """Half of a body; with `silent` nothing tells that more was to come."""
        self.stream(content[:len(content) // 2], None if silent else len(content))

    def stream(self, content, length=None):
        """A body that ends with the connection, whatever length was told before."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        with contextlib.suppress(OSError):  # when the client has had enough
            self.wfile.write(content)
            self.wfile.flush()

    def broken(self, fault, content):
        if fault.kind == "cut":
            self.cut(content, **fault.details)
        elif fault.kind == "html":
            self.send(200, HTML, "text/html")
        elif fault.kind == "redirect":
            self.send(302, b"", Location=f"{self.server.url}/elsewhere")
        elif fault.kind == "stream":
            self.stream(**fault.details)
        elif fault.kind == "body":
            self.send(200, fault.details["content"])
        else:
            self.send(fault.kind, b'{"error": "no"}', **fault.details)

    def serve(self):
        server = self.server
        address = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        server.look_for_leaks()
        with server.lock:
            server.requests.append(f"{self.command} {self.path}")
        name, value = server.header
        if self.headers.get(name) != value.format(server.secret):
            self.send(401, b'{"error": "who are you? ' + server.secret.encode() + b'"}')
            return
        query = dict(urllib.parse.parse_qsl(address.query))
        found = server.answer(self.command, address.path, query, body)
        status, document = found or (404, {"error": "not found"})
        content = json.dumps(document, ensure_ascii=False, indent=1).encode()
        fault = server.fault(self.path)
        if fault:
            self.broken(fault, content)
        else:
            self.send(status, content)

    do_GET = do_POST = do_PUT = do_PATCH = serve
