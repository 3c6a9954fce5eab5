// @vitest-environment happy-dom
import { effectScope, nextTick, reactive, type EffectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { noteTime, secondsLeft, serverNow } from '@/features/appointments/clock'
import { daysOf, daysTo, isFull, sessionsFor, type Session, type Slot } from '@/features/appointments/days'
import { EMPTY, type Draft } from '@/features/appointments/draft'
import { useHold } from '@/features/appointments/holding'
import { matches } from '@/features/appointments/search'
import { settle } from '../fakes'

const slot = (state: string, more: Partial<Slot> = {}): Slot =>
  ({
    id: state,
    starts_at: '2026-11-24T01:00:00Z',
    ends_at: '2026-11-24T01:30:00Z',
    capacity: 1,
    free: state === 'free' ? 1 : 0,
    state,
    opens_next: null,
    reserved: 0,
    ...more,
  }) as Slot
const session = (day: string, slots: Slot[], more: Partial<Session> = {}): Session =>
  ({
    id: day,
    day,
    slots,
    free: slots.reduce((sum, one) => sum + one.free, 0),
    status: 'published',
    service: 'follow_up',
    opens_at: '2026-11-17T07:00:00+08:00',
    stop_reason: null,
    ...more,
  }) as unknown as Session

describe('a day without places', () => {
  const NOW = Date.parse('2026-11-23T08:00:00+08:00')
  const DAYS = ['2026-11-24', '2026-11-25']

  test('says when places open: the earliest of what its times tell, else of the session', () => {
    const [soon, later] = daysOf(
      [
        session('2026-11-24', [
          slot('full', { opens_next: '2026-11-23T12:00:00+08:00' }),
          slot('full', { opens_next: '2026-11-23T09:00:00+08:00' }),
        ]),
        session('2026-11-25', [slot('not_open')]),
      ],
      DAYS,
    )
    expect(soon?.opens).toBe('2026-11-23T09:00:00+08:00')
    expect(later?.opens).toBe('2026-11-17T07:00:00+08:00')
  })

  test('has no opening to tell while there are places', () => {
    const [day] = daysOf(
      [session('2026-11-24', [slot('free', { opens_next: '2026-11-23T12:00:00Z' })])],
      DAYS,
    )
    expect(day?.opens).toBeUndefined()
  })

  test('can be waited for when it is later than today, sold out, and takes place', () => {
    expect(isFull(session('2026-11-24', [slot('full')]), NOW)).toBe(true)
    expect(isFull(session('2026-11-23', [slot('full')]), NOW)).toBe(false)
    expect(isFull(session('2026-11-24', [slot('full'), slot('free')]), NOW)).toBe(false)
    expect(isFull(session('2026-11-24', [slot('not_open')]), NOW)).toBe(false)
    expect(isFull(session('2026-11-24', [slot('full')], { status: 'closed' }), NOW)).toBe(false)
  })

  test('far ahead is asked for with all the later days', () => {
    expect(daysTo('2026-11-24', NOW)).toBe(8)
    expect(daysTo('2026-12-10', NOW)).toBe(28)
  })
})

test('without a diagnosis made in person only sessions at a hospital are shown', () => {
  const both = [session('a', []), session('b', [], { service: 'expert' })]
  expect(sessionsFor(both, true)).toHaveLength(2)
  expect(sessionsFor(both, false).map((one) => one.day)).toEqual(['b'])
})

describe('searching', () => {
  const card = { name: '李文清', department: '心血管内科', sounds: 'liwenqing lwq xinxueguanneike xxgnk' }

  test.each(['', ' ', '文清', 'LWQ', 'li wen', 'xinxue', '血管', 'xxg'])('%j finds the doctor', (typed) => {
    expect(matches(card, typed)).toBe(true)
  })

  test.each(['王', 'wq', 'zzz'])('%j does not', (typed) => {
    expect(matches(card, typed)).toBe(false)
  })
})

describe('the clock of a held place', () => {
  test('goes by the server, however wrong the phone is', () => {
    const phone = Date.now()
    const told = new Date(phone + 600_000).toUTCString()
    noteTime(new Response(null, { headers: { Date: told } }), phone)
    expect(Math.abs(serverNow() - (phone + 600_000))).toBeLessThan(2_000)
    noteTime(new Response(null, { headers: { Date: new Date(phone).toUTCString() } }), phone)
  })

  test('counts whole seconds down to nothing and no further', () => {
    const now = Date.parse('2026-11-23T08:00:00Z')
    expect(secondsLeft('2026-11-23T08:09:41.200Z', now)).toBe(581)
    expect(secondsLeft('2026-11-23T07:00:00Z', now)).toBe(0)
  })
})

interface Sent {
  method: string
  path: string
  key: string | null
}

describe('holding a place', () => {
  let sent: Sent[]
  let answer: (request: Sent) => Response
  let draft: Draft
  let scope: EffectScope
  const until = () => new Date(Date.now() + 600_000).toISOString()
  const place = (more: object = {}) => ({
    id: 'b1',
    status: 'held',
    slot_id: 's',
    patient_id: 'p',
    expires_at: until(),
    ...more,
  })
  const refusal = (status: number, code: string, more: object = {}) =>
    Response.json(
      { code, title: code, status, ...more },
      { status, headers: { 'Content-Type': 'application/problem+json' } },
    )
  const start = () => {
    scope = effectScope()
    const hold = scope.run(() => useHold(draft))!
    return hold
  }
  const of = (path: string) => sent.filter((one) => one.path === path)
  const BOOK = 'POST /api/slots/s/bookings'
  const CANCEL = 'POST /api/bookings/b1/cancel'
  const CONFIRM = 'POST /api/bookings/b1/confirm'

  beforeEach(() => {
    sent = []
    sessionStorage.clear()
    draft = reactive({
      ...EMPTY,
      patientId: 'p',
      doctorId: 'd',
      departmentId: 'x',
      slotId: 's',
      inPerson: 'yes',
    })
    answer = ({ path }) =>
      path === BOOK ? Response.json(place(), { status: 201 }) : Response.json(place({ status: 'booked' }))
    vi.stubGlobal('fetch', async (request: Request) => {
      const one = {
        method: request.method,
        path: `${request.method} ${new URL(request.url).pathname}`,
        key: request.headers.get('Idempotency-Key'),
      }
      sent.push(one)
      return answer(one)
    })
  })
  afterEach(async () => {
    scope.stop()
    await settle()
    vi.unstubAllGlobals()
  })

  test('takes it, counts its time, and confirms it once', async () => {
    const hold = start()
    await hold.begin()
    expect(hold.state.value).toBe('held')
    expect(hold.left.value).toBeGreaterThan(590)
    expect(draft.bookingId).toBe('b1')
    const [first, second] = [hold.confirm(), hold.confirm()]
    await Promise.all([first, second])
    expect(hold.state.value).toBe('booked')
    expect(of(CONFIRM)).toHaveLength(1)
    scope.stop()
    await settle()
    expect(of(CANCEL)).toHaveLength(0)
  })

  test('asks again with the same key after a lost answer', async () => {
    answer = () => {
      throw new TypeError('fetch failed')
    }
    const hold = start()
    await hold.begin()
    expect(hold.state.value).toBe('refused')
    expect(hold.take.problem.value?.offline).toBe(true)
    answer = () => Response.json(place(), { status: 201 })
    await hold.ask()
    expect(hold.state.value).toBe('held')
    const keys = of(BOOK).map((one) => one.key)
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
  })

  test('is given back by whoever leaves the page, also by closing it', async () => {
    const hold = start()
    await hold.begin()
    dispatchEvent(new Event('pagehide'))
    await settle()
    expect(of(CANCEL)).toHaveLength(1)
    expect(hold.state.value).toBe('held')
  })

  test('is back for certain before a page that loads anew asks for it again', async () => {
    sessionStorage.setItem('lianyi.booking.left', 'b1')
    draft.bookingId = 'b1'
    const hold = start()
    await hold.begin()
    expect(sent.map((one) => one.path)).toEqual([CANCEL, BOOK])
    expect(hold.state.value).toBe('held')
  })

  test('is never given back once the confirmation may have arrived', async () => {
    const hold = start()
    await hold.begin()
    answer = () => {
      throw new TypeError('fetch failed')
    }
    await hold.confirm()
    expect(hold.state.value).toBe('held')
    scope.stop()
    await settle()
    expect(of(CANCEL)).toHaveLength(0)
  })

  test('whose answer comes after the page was left goes back', async () => {
    let arrive = (_: Response) => {}
    vi.stubGlobal('fetch', (request: Request) => {
      sent.push({
        method: '',
        path: `${request.method} ${new URL(request.url).pathname}`,
        key: '',
      })
      return request.url.endsWith('/bookings')
        ? new Promise<Response>((done) => (arrive = done))
        : Promise.resolve(Response.json({}))
    })
    const hold = start()
    const begun = hold.begin()
    await settle()
    scope.stop()
    arrive(Response.json(place(), { status: 201 }))
    await begun
    await settle()
    expect(of(CANCEL)).toHaveLength(1)
  })

  test('goes on with the place of before a reload', async () => {
    draft.bookingId = 'b1'
    answer = () => Response.json(place())
    const hold = start()
    await hold.begin()
    expect(hold.state.value).toBe('held')
    expect(of(BOOK)).toHaveLength(0)
  })

  test('finds the place whose answer was lost together with its key', async () => {
    answer = ({ path }) =>
      path === BOOK
        ? refusal(409, 'already-booked', { booking_id: 'b1', booking_status: 'held' })
        : Response.json(place())
    const hold = start()
    await hold.begin()
    expect(hold.state.value).toBe('held')
    expect(draft.bookingId).toBe('b1')
  })

  test('tells which other place stands in the way', async () => {
    answer = ({ path }) =>
      path === BOOK
        ? refusal(409, 'already-booked', { booking_id: 'b9', booking_status: 'booked' })
        : Response.json(place({ id: 'b9', status: 'booked', slot_id: 'other' }))
    const hold = start()
    await hold.begin()
    await nextTick()
    expect(hold.state.value).toBe('refused')
    expect(hold.other.value?.id).toBe('b9')
  })

  test('is over when the server says so, and can be asked for again', async () => {
    const hold = start()
    await hold.begin()
    answer = ({ path }) =>
      path === BOOK
        ? Response.json(place({ id: 'b2' }), { status: 201 })
        : Response.json(place({ status: 'expired' }))
    await hold.look()
    expect(hold.state.value).toBe('over')
    await hold.begin()
    expect(hold.state.value).toBe('held')
    expect(hold.place.value?.id).toBe('b2')
  })

  test('that ran out at the confirmation is over, not lost in an error', async () => {
    const hold = start()
    await hold.begin()
    answer = () => refusal(409, 'hold-over')
    expect(await hold.confirm()).toBeUndefined()
    expect(hold.state.value).toBe('over')
  })
})
