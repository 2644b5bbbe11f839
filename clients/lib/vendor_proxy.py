#!/usr/bin/env python3
"""A small HTTPS proxy for clients whose host name is fixed.

usage: vendor_proxy.py HOST UPSTREAM CERT KEY LOG

Prints the port it listens on (loopback only). A client with HTTPS_PROXY set to it sends
`CONNECT HOST:443`; the proxy ends the TLS itself with CERT and forwards each request to UPSTREAM.
The client's own code, URL and headers stay as they are; only the Host header becomes UPSTREAM's, as
behind any reverse proxy. Every other host is refused, so nothing can leave this machine. Each
request is written to LOG as a line of JSON. Standard library only, no root needed."""

import http.client
import json
import ssl
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST, UPSTREAM, CERT, KEY, LOG = sys.argv[1:6]
UP = urllib.parse.urlsplit(UPSTREAM)
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
TLS.load_cert_chain(CERT, KEY)
LOCK = threading.Lock()
HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "host"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    inside = False

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        if self.inside or self.path.lower() != f"{HOST}:443":
            self.send_error(403, f"only {HOST}:443 is forwarded")
            self.close_connection = True
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()
        self.connection = TLS.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.inside = True
        self.close_connection = False

    def forward(self):
        if not self.inside:
            self.send_error(403, "plain HTTP is not forwarded")
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP}
        headers["Host"] = UP.netloc
        headers["X-Forwarded-Proto"] = "https"
        headers["X-Forwarded-Host"] = HOST
        upstream = http.client.HTTPConnection(UP.hostname, UP.port, timeout=60)
        try:
            upstream.request(self.command, self.path, body=body or None, headers=headers)
            answer = upstream.getresponse()
            data = answer.read()
            status, pairs = answer.status, answer.getheaders()
        except OSError as e:
            status, pairs, data = 502, [("Content-Type", "text/plain")], str(e).encode()
        finally:
            upstream.close()
        with LOCK, open(LOG, "a", encoding="utf-8") as f:
            f.write(json.dumps({"method": self.command, "path": self.path, "status": status,
                                "headers": dict(self.headers.items()), "body": body.decode("utf-8", "replace"),
                                "answer": data.decode("utf-8", "replace")}) + "\n")
        self.send_response_only(status)
        for k, v in pairs:
            if k.lower() not in HOP and k.lower() != "content-length":
                self.send_header(k, v)
        if status >= 200 and status not in (204, 304):
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = forward


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
