"""Authlib finds everything by discovery, sends somebody to the school, and verifies what comes back."""

import json
import os
import sys

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # http, because the school is on this machine
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import person  # noqa: E402
import requests  # noqa: E402
from authlib.common.security import generate_token  # noqa: E402
from authlib.integrations.requests_client import OAuth2Session  # noqa: E402
from authlib.oidc.core import CodeIDToken, UserInfo  # noqa: E402
from check import finish, ok, same, step  # noqa: E402
from joserfc import jwt  # noqa: E402
from joserfc.jwk import KeySet  # noqa: E402

SCHOOL = json.loads(os.environ["SCHOLAE_SCHOOL"])
SITE = SCHOOL["site_url"]
SCOPE = "openid profile email site"


def app(kind):
    return next(app for app in SCHOOL["apps"] if app["kind"] == kind)


def owner():
    return person.Person(SITE, SCHOOL["owner_email"], SCHOOL["owner_password"])


def discovered():
    return requests.get(f"{SITE}/.well-known/openid-configuration", timeout=30).json()


def verified(session, known, token, nonce):
    keys = KeySet.import_key_set(requests.get(known["jwks_uri"], timeout=30).json())
    decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    claims = CodeIDToken(
        decoded.claims, decoded.header, {"iss": {"essential": True, "value": known["issuer"]}},
        {"nonce": nonce, "client_id": session.client_id, "access_token": token["access_token"]})
    claims.validate()
    return claims


def confidential(method):
    known, one = discovered(), app("public")
    redirect = one["redirect_uris"][0]
    session = OAuth2Session(one["client_id"], one["client_secret"], scope=SCOPE, redirect_uri=redirect,
                            token_endpoint_auth_method=method, code_challenge_method="S256")
    nonce, verifier = generate_token(24), generate_token(64)
    url, state = session.create_authorization_url(known["authorization_endpoint"], nonce=nonce, code_verifier=verifier)
    back = owner().follow(url)
    ok(back.startswith(redirect + "?") and f"state={state}" in back, f"{method}: back at the app", back)
    token = session.fetch_token(known["token_endpoint"], authorization_response=back, code_verifier=verifier)
    claims = verified(session, known, token, nonce)
    same(claims["email"], SCHOOL["owner_email"], f"{method}: the id token is verified and names the owner")
    info = UserInfo(session.get(known["userinfo_endpoint"]).json())
    same((info.sub, info["site"]["subdomain"]), (claims["sub"], SCHOOL["subdomain"]), f"{method}: userinfo")
    users = session.get(f"{SITE}/api/public/v1/users", params={"limit": 1})
    same(users.status_code, 200, f"{method}: the token reads users")
    first = token["refresh_token"]
    renewed = session.refresh_token(known["token_endpoint"], refresh_token=first)
    ok(renewed["refresh_token"] != first, f"{method}: refreshing gives a new refresh token")
    same(session.get(f"{SITE}/api/public/v1/users").status_code, 200, f"{method}: the new token reads users")
    seen = session.introspect_token(known["introspection_endpoint"], renewed["access_token"]).json()
    same((seen["active"], seen["client_id"]), (True, one["client_id"]), f"{method}: introspection")
    session.revoke_token(known["revocation_endpoint"], token=renewed["refresh_token"])
    gone = requests.get(f"{SITE}/api/public/v1/users", timeout=30,
                        headers={"Authorization": f"Bearer {renewed['access_token']}"})
    same(gone.status_code, 401, f"{method}: revoked")


def public():
    known, one = discovered(), app("public")
    session = OAuth2Session(one["client_id"], None, scope=SCOPE, redirect_uri="http://127.0.0.1:51234/callback",
                            token_endpoint_auth_method="none", code_challenge_method="S256")
    nonce, verifier = generate_token(24), generate_token(64)
    url, _ = session.create_authorization_url(known["authorization_endpoint"], nonce=nonce, code_verifier=verifier)
    token = session.fetch_token(known["token_endpoint"], authorization_response=owner().follow(url),
                                code_verifier=verifier)
    verified(session, known, token, nonce)
    ok("refresh_token" not in token, "without a secret there is no refresh token", token)


def cancelled():
    known, one = discovered(), app("private")
    session = OAuth2Session(one["client_id"], one["client_secret"], redirect_uri=one["redirect_uris"][0])
    url, _ = session.create_authorization_url(known["authorization_endpoint"])
    back = owner().follow(url, "cancel")
    ok("error=access+denied" in back, "a cancelled install", back)


for method in ("client_secret_basic", "client_secret_post"):
    step(confidential, method)
step(public)
step(cancelled)
finish()
