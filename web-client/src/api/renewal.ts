/**
 * Exchanging the refresh cookie for the next token. The page begins it before the program is here (ahead.ts), so this
 * imports nothing. What the answer means is login.ts's.
 */
const LOCK = 'lianyi.refresh'
const NOBODY_IS_ASKED = /^\/(staff\/)?(signin|enrol)$|^\/(forbidden|meet|film|report|rx)$/
const GOOD_FOR_MS = 30_000

/** Asks for the next token. Tabs do so one after another, because each refresh token is good once. */
export async function exchange(language = document.documentElement.lang): Promise<Response> {
  const ask = () =>
    fetch('/api/logins/refresh', {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'Accept-Language': language },
    })
  // Only secure pages have locks; elsewhere the server's 30 s of grace for the predecessor carries two tabs.
  const locks = navigator.locks as LockManager | null | undefined
  return locks ? await locks.request(LOCK, ask) : ask()
}

let begun: Promise<Response | undefined> | undefined

/** Begins the exchange for this page, unless it is one where nobody asks who it is. */
export function beginExchange(): void {
  // Lost on the way: login.ts asks again, and tells the person if that fails too.
  if (!NOBODY_IS_ASKED.test(location.pathname)) begun = exchange().catch(() => undefined)
}

/** The answer that was begun, once, while it is young. */
export function takeBegun(): Promise<Response | undefined> | undefined {
  const answer = performance.now() < GOOD_FOR_MS ? begun : undefined
  begun = undefined
  return answer
}
