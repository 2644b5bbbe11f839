// The yardstick for the token endpoint: the npm package oidc-provider with everything in memory, asked for the
// cheapest tokens it gives.
const oidc = await import('oidc-provider')
const Provider = oidc.Provider ?? oidc.default
const client = {
  client_id: 'bench', client_secret: 'a secret that is long enough', grant_types: ['client_credentials'],
  redirect_uris: [], response_types: [],
}
const provider = new Provider('http://127.0.0.1', { clients: [client], features: { clientCredentials: { enabled: true } } })
const server = provider.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }))
})
