"""Somebody at a browser, for clients that send people somewhere: signs in, accepts, and comes back. Standard library
only. Browsers take every name under .localhost to the machine itself; this does too."""

import html
import http.client
import re
import socket
import urllib.parse

_resolve = socket.getaddrinfo


def _as_browsers_do(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    return _resolve("127.0.0.1" if name and name.endswith(".localhost") else host, *args, **kwargs)


socket.getaddrinfo = _as_browsers_do


class Person:
    def __init__(self, site_url, email, password):
        self.site = urllib.parse.urlsplit(site_url)
        self.email, self.password, self.cookies = email, password, {}

    def _ask(self, method, path, form=None):
        connection = http.client.HTTPConnection(self.site.hostname, self.site.port)
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value
        connection.close()
        return answer.status, answer.headers.get("Location"), text

    def _submit(self, page, begins, fields):
        for form in re.findall(r"<form .*?</form>", page, re.S):
            action = html.unescape(re.search(r'action="([^"]*)"', form).group(1))
            if action.startswith(begins):
                hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
                return self._ask("POST", action, {**{n: html.unescape(v) for n, v in hidden}, **fields})
        raise AssertionError(f"no form leads to {begins}: {page[:500]}")

    def follow(self, url, decision="accept"):
        """Opens an address of the school and does what its pages ask, until an address of another host comes: that."""
        for _ in range(12):
            parts = urllib.parse.urlsplit(url)
            if parts.netloc and parts.netloc != self.site.netloc:
                return url
            status, location, page = self._ask("GET", urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")))
            if location is None and "/oauth2/consent" in page:
                status, location, page = self._submit(page, "/oauth2/consent", {"decision": decision})
            elif location is None and 'action="/users/sign_in"' in page:
                fields = {"email": self.email, "password": self.password}
                status, location, page = self._submit(page, "/users/sign_in", fields)
            if location is None:
                raise AssertionError(f"stuck at {url}: {status} {page[:800]}")
            url = location
        raise AssertionError("led around in circles")
