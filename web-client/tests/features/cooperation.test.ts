/** Agreements between institutions: their order, their prices, what a form lacks. */
import { describe, expect, it } from 'vitest'
import { fenOf, inOrder, standingOf, yuanOf, type Agreement } from '@/features/cooperation/agreements'
import { blank, toBody, wrongOf } from '@/features/cooperation/form'

const TODAY = '2026-11-22'
const one = (more: Partial<Agreement>) =>
  ({ status: 'in_force', in_force: true, valid_from: TODAY, valid_until: '2027-11-22', ...more }) as Agreement

describe('an agreement', () => {
  it('stands as its dates and both sides say', () => {
    expect(standingOf(one({ status: 'proposed', in_force: false }), TODAY)).toBe('waiting')
    expect(standingOf(one({}), TODAY)).toBe('now')
    expect(standingOf(one({ in_force: false, valid_from: '2027-01-01' }), TODAY)).toBe('later')
    for (const status of ['declined', 'ended', 'expired'])
      expect(standingOf(one({ status, in_force: false }), TODAY)).toBe('over')
  })

  it('is listed first while it waits for somebody', () => {
    const [over, now, waiting] = [
      one({ status: 'ended', in_force: false }),
      one({}),
      one({ status: 'proposed', in_force: false }),
    ]
    expect(inOrder([over, now, waiting], TODAY)).toEqual([waiting, now, over])
  })

  it('has prices in fen', () => {
    expect(fenOf('200')).toBe(20000)
    expect(fenOf(' 80.5 ')).toBe(8050)
    expect(fenOf('0.29')).toBe(29)
    for (const wrong of ['', '-1', '1.234', '1e3', '二百']) expect(fenOf(wrong)).toBeUndefined()
    expect(yuanOf(20000)).toBe('200')
    expect(yuanOf(8050)).toBe('80.50')
  })
})

describe('the form', () => {
  it('begins with the usual times and lacks only the other side', () => {
    const form = blank(TODAY)
    expect(form.valid_until).toBe('2027-11-22')
    expect([...wrongOf(form)]).toEqual(['requester_id'])
    expect(blank('2028-02-29').valid_until).toBe('2029-02-28')
  })

  it('names what is wrong', () => {
    const form = { ...blank(TODAY), requester_id: 'a', consultation: false, report_h: '0', video: 'x' }
    expect(wrongOf(form)).toEqual(new Set(['scope', 'report_h', 'video']))
  })

  it('sends prices and routing only for what is agreed', () => {
    const form = { ...blank(TODAY), requester_id: 'a', video: '200', reading_id: 'd' }
    expect(toBody(form, 's')).toMatchObject({
      scope: ['consultation'],
      prices: { video: 20000 },
      routing: {},
    })
    const imaging = toBody({ ...form, consultation: false, imaging: true }, 's')
    expect(imaging.prices).toEqual({})
    expect(imaging.routing?.['CT']).toBe('d')
  })
})
