/** Who comes by a link: the secret from the fragment, the word by which this browser is known again, the login of a guest. */
import { api, got } from '@/api/client'
import { Problem } from '@/api/problem'
import { begin, learn, restore } from '@/features/identity/session'

export interface Guest {
  meetingId: string
}
const WORD_AT = 'lianyi.browser'
const MEETING_AT = 'lianyi.meeting'
const SECRET = /^#([\w-]{16,64})$/

export function secretIn(hash: string): string | undefined {
  return SECRET.exec(hash)?.[1]
}

/** A word of this browser: when the answer to the first opening was lost on a bad line, it proves that it was here. */
export function pageWord(store: Storage = localStorage): string {
  let word = store.getItem(WORD_AT)
  if (!word) {
    word = crypto.randomUUID().replaceAll('-', '')
    store.setItem(WORD_AT, word)
  }
  return word
}

/** Signs the guest in, or finds the guest again after a reload. Raises the Problem of a link that is over or used. */
export async function openLink(secret: string | undefined, browser: string): Promise<Guest> {
  if (secret) {
    const welcome = await got(api.POST('/api/invitations/open', { body: { secret, browser } }))
    begin({ access_token: welcome.access_token, expires_in_s: welcome.expires_in_s })
    await learn()
    sessionStorage.setItem(MEETING_AT, welcome.meeting_id)
    return { meetingId: welcome.meeting_id }
  }
  const meetingId = sessionStorage.getItem(MEETING_AT)
  const person = meetingId ? await restore() : undefined
  if (!meetingId || person?.role !== 'guest') {
    throw new Problem({ code: 'invitation-over', status: 410, title: '' })
  }
  return { meetingId }
}
