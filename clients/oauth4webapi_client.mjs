// oauth4webapi, step by step: every answer goes through its own checks.
import * as oauth from 'oauth4webapi'
import { app, finish, ok, owner, same, school, step } from './person.mjs'

const insecure = { [oauth.allowInsecureRequests]: true } // http, because the school is on this machine
const issuer = new URL(school.site_url)

for (const algorithm of ['oidc', 'oauth2']) {
  await step(algorithm, async () => {
    const found = await oauth.discoveryRequest(issuer, { algorithm, ...insecure })
    const as = await oauth.processDiscoveryResponse(issuer, found)
    const one = app('private')
    const client = { client_id: one.client_id }, proof = oauth.ClientSecretBasic(one.client_secret)
    const redirect_uri = one.redirect_uris[1]
    const verifier = oauth.generateRandomCodeVerifier(), state = oauth.generateRandomState(), nonce = oauth.generateRandomNonce()
    const url = new URL(as.authorization_endpoint)
    for (const [name, value] of Object.entries({
      client_id: one.client_id, redirect_uri, response_type: 'code', scope: 'openid email site', state, nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    })) url.searchParams.set(name, value)
    const back = await owner().follow(url)
    const parameters = oauth.validateAuthResponse(as, client, back, state)
    const answer = await oauth.authorizationCodeGrantRequest(as, client, proof, parameters, redirect_uri, verifier, insecure)
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true })
    await oauth.validateApplicationLevelSignature(as, answer, insecure)
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    same(claims.email, school.owner_email, `${algorithm}: the id token is verified and names the owner`)
    const info = await oauth.processUserInfoResponse(as, client, claims.sub, await oauth.userInfoRequest(as, client, tokens.access_token, insecure))
    same(info.site.subdomain, school.subdomain, `${algorithm}: userinfo`)
    const read = await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL('/api/public/v1/users', issuer), undefined, undefined, insecure)
    same(read.status, 200, `${algorithm}: the token reads users`)
    const refused = await oauth.protectedResourceRequest(tokens.access_token, 'GET', new URL('/api/public/v1/orders', issuer), undefined, undefined, insecure)
      .catch(error => error)
    ok(JSON.stringify(refused.cause ?? refused.status).includes('insufficient_scope'), `${algorithm}: what it lacks is said`, String(refused.cause?.[0]?.parameters?.error ?? refused.status))
    const renewed = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, proof, tokens.refresh_token, insecure))
    ok(renewed.refresh_token && renewed.refresh_token !== tokens.refresh_token, `${algorithm}: refreshing gives a new refresh token`)
    const seen = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, proof, renewed.access_token, insecure))
    same(seen.active, true, `${algorithm}: introspection`)
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, proof, renewed.refresh_token, insecure))
    const gone = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, proof, renewed.access_token, insecure))
    same(gone.active, false, `${algorithm}: revoked`)
  })
}

await step('form_post', async () => {
  const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  const one = app('private'), nonce = oauth.generateRandomNonce(), state = oauth.generateRandomState()
  const url = new URL(as.authorization_endpoint)
  for (const [name, value] of Object.entries({
    client_id: one.client_id, redirect_uri: one.redirect_uris[0], response_type: 'code id_token', response_mode: 'form_post',
    scope: 'openid', state, nonce,
  })) url.searchParams.set(name, value)
  const posted = await owner().follow(url)
  same(posted.method, 'POST', 'form_post: the answer is posted')
  const client = { client_id: one.client_id }
  const parameters = await oauth.validateCodeIdTokenResponse(as, client, posted, nonce, state, undefined, insecure)
  const proof = oauth.ClientSecretPost(one.client_secret)
  const answer = await oauth.authorizationCodeGrantRequest(as, client, proof, parameters, one.redirect_uris[0], oauth.nopkce, insecure)
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true })
  same(oauth.getValidatedIdTokenClaims(tokens).aud, one.client_id, 'form_post: the code is redeemed')
})

finish()
