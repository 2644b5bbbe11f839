// Somebody at a browser, for clients that send people somewhere: signs in, accepts, and comes back. Browsers take every
// name under .localhost to the machine itself; this does too.
import dns from 'node:dns'
import { writeFileSync } from 'node:fs'

const resolve = dns.lookup
dns.lookup = (host, options, done) => resolve(host.endsWith('.localhost') ? '127.0.0.1' : host, options, done)

const unescaped = text => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&')

export class Person {
  constructor(site, email, password) {
    Object.assign(this, { site: new URL(site), email, password, cookies: new Map() })
  }

  async ask(method, url, form) {
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') }
    const answer = await fetch(url, { method, headers, redirect: 'manual', body: form && new URLSearchParams(form) })
    for (const cookie of answer.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/s)
      value ? this.cookies.set(name, value) : this.cookies.delete(name)
    }
    return { status: answer.status, location: answer.headers.get('location'), page: await answer.text() }
  }

  submit(page, begins, fields) {
    for (const [form] of page.matchAll(/<form .*?<\/form>/gs)) {
      const action = unescaped(form.match(/action="([^"]*)"/)[1])
      if (!action.startsWith(begins)) continue
      const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
      const all = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, unescaped(value)])), ...fields }
      return this.ask('POST', new URL(action, this.site), all)
    }
    throw new Error(`no form leads to ${begins}: ${page.slice(0, 500)}`)
  }

  // Opens an address of the school and does what its pages ask, until an address of another host comes: that, or
  // what is posted there.
  async follow(url, decision = 'accept') {
    let at = new URL(url, this.site)
    for (let steps = 0; steps < 12; steps++) {
      if (at.host !== this.site.host) return at
      let answer = await this.ask('GET', at)
      if (!answer.location && answer.page.includes('/oauth2/consent')) {
        answer = await this.submit(answer.page, '/oauth2/consent', { decision })
      } else if (!answer.location && answer.page.includes('action="/users/sign_in"')) {
        answer = await this.submit(answer.page, '/users/sign_in', { email: this.email, password: this.password })
      }
      const form = !answer.location && answer.page.match(/<form method="post" action="(http[^"]*)".*?<\/form>/s)
      if (form) {
        // The page that goes on to the app by itself.
        const hidden = [...form[0].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
        const body = new URLSearchParams(hidden.map(([, name, value]) => [name, unescaped(value)]))
        return new Request(unescaped(form[1]), { method: 'POST', body })
      }
      if (!answer.location) throw new Error(`stuck at ${at}: ${answer.status} ${answer.page.slice(0, 800)}`)
      at = new URL(answer.location, this.site)
    }
    throw new Error('led around in circles')
  }
}

let count = 0, failed = 0
export function ok(condition, what, detail = '') {
  count += 1
  if (condition) {
    if (process.env.CLIENTS_VERBOSE) console.log(`    ok      ${what}`)
  } else {
    failed += 1
    console.log(`    FAILED  ${what}: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`)
  }
}
export const same = (got, want, what) => ok(got === want, what, `got ${got}, wanted ${want}`)

export async function step(what, work) {
  try {
    await work()
  } catch (error) {
    ok(false, `${what} ran to its end`, error.cause ? `${error.stack}\n${error.cause}` : error.stack)
  }
}

export function finish() {
  if (process.env.CLIENTS_RESULT) writeFileSync(process.env.CLIENTS_RESULT, `${count} ${failed} 0\n`)
  process.exit(failed || !count ? 1 : 0)
}

export const school = JSON.parse(process.env.SCHOLAE_SCHOOL ?? '{}')
export const app = kind => school.apps.find(app => app.kind === kind)
export const owner = () => new Person(school.site_url, school.owner_email, school.owner_password)
