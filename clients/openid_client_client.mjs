// openid-client finds everything by discovery, sends somebody to the school, and verifies what comes back.
import * as client from 'openid-client'
import { app, finish, ok, owner, same, school, step } from './person.mjs'

const site = new URL(school.site_url)
const scope = 'openid profile email site'

async function discovered(one, authentication) {
  const config = await client.discovery(site, one.client_id, undefined, authentication, {
    execute: [client.allowInsecureRequests], // http, because the school is on this machine
  })
  client.enableNonRepudiationChecks(config) // id tokens are verified with the school's keys
  return config
}

async function asked(config, redirect_uri, more = {}) {
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce()
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri, scope, state, nonce, ...more,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  })
  const back = await owner().follow(url)
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  return { back, checks, state, nonce }
}

const reads = async (path, token) =>
  (await fetch(`${school.site_url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status

for (const [name, way] of [['basic', client.ClientSecretBasic], ['post', client.ClientSecretPost]]) {
  await step(name, async () => {
    const one = app('public')
    const config = await discovered(one, way(one.client_secret))
    const { back, checks } = await asked(config, one.redirect_uris[0])
    same(back.searchParams.get('subdomain'), school.subdomain, `${name}: the way back names the school`)
    const tokens = await client.authorizationCodeGrant(config, back, checks)
    const claims = tokens.claims()
    same(claims.email, school.owner_email, `${name}: the id token is verified and names the owner`)
    const info = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
    same(info.site.subdomain, school.subdomain, `${name}: userinfo`)
    same(await reads('/api/public/v1/users', tokens.access_token), 200, `${name}: the token reads users`)
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token)
    ok(renewed.refresh_token !== tokens.refresh_token, `${name}: refreshing gives a new refresh token`)
    same(await reads('/api/public/v1/users', renewed.access_token), 200, `${name}: the new token reads users`)
    const seen = await client.tokenIntrospection(config, renewed.access_token)
    same(seen.active && seen.client_id, one.client_id, `${name}: introspection`)
    await client.tokenRevocation(config, renewed.refresh_token)
    same(await reads('/api/public/v1/users', renewed.access_token), 401, `${name}: revoked`)
  })
}

await step('public', async () => {
  const one = app('public')
  const config = await discovered(one, client.None())
  const { back, checks } = await asked(config, 'http://127.0.0.1:51234/callback')
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  ok(!tokens.refresh_token, 'without a secret there is no refresh token')
  same(await reads('/api/public/v1/courses', tokens.access_token), 200, 'public: the token reads courses')
})

await step('hybrid', async () => {
  const one = app('public')
  const config = await discovered(one, client.ClientSecretBasic(one.client_secret))
  client.useCodeIdTokenResponseType(config)
  const { back, checks } = await asked(config, one.redirect_uris[0], { response_mode: 'fragment' })
  ok(back.hash.includes('id_token='), 'hybrid: the id token comes with the code')
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  same(tokens.claims().aud, one.client_id, 'hybrid: c_hash, nonce and signature are right')
})

await step('implicit', async () => {
  const one = app('public')
  const config = await discovered(one, client.None())
  client.useIdTokenResponseType(config)
  const state = client.randomState(), nonce = client.randomNonce()
  const parameters = { redirect_uri: one.redirect_uris[0], scope, state, nonce, response_mode: 'fragment' }
  const back = await owner().follow(client.buildAuthorizationUrl(config, parameters))
  const claims = await client.implicitAuthentication(config, back, nonce, { expectedState: state })
  same(claims.email, school.owner_email, 'implicit: the id token alone is verified')
})

await step('prompt', async () => {
  const one = app('public')
  const config = await discovered(one, client.ClientSecretBasic(one.client_secret))
  const { back, checks } = await asked(config, one.redirect_uris[0], { prompt: 'login', max_age: '60' })
  const tokens = await client.authorizationCodeGrant(config, back, { ...checks, maxAge: 60 })
  ok(tokens.claims().auth_time > Date.now() / 1000 - 60, 'prompt=login: the person has just signed in')
})

await step('reuse', async () => {
  const one = app('public')
  const config = await discovered(one, client.ClientSecretBasic(one.client_secret))
  const { back, checks } = await asked(config, one.redirect_uris[0])
  const tokens = await client.authorizationCodeGrant(config, back, checks)
  await client.refreshTokenGrant(config, tokens.refresh_token)
  const refused = await client.refreshTokenGrant(config, tokens.refresh_token).catch(error => error)
  same(refused.error, 'invalid_grant', 'a refresh token counts once')
})

finish()
