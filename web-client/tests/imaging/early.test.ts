import { beforeEach, describe, expect, test, vi } from 'vitest'
import { beginStudy, bothOf, takeStudy } from '@/imaging/early'

const asked: string[] = []
beforeEach(() => {
  asked.length = 0
  vi.stubGlobal('fetch', (request: Request) => {
    asked.push(new URL(request.url).pathname)
    return Promise.resolve(new Response('{}'))
  })
})

describe('a study that is about to be opened', () => {
  test('is asked for at once, the picture before the longer answer', () => {
    const paths: string[] = []
    bothOf('s1', (path) => {
      paths.push(path)
      return Promise.resolve(new Response('{}'))
    })
    expect(paths.map((path) => path.replace(/\?.*/, ''))).toEqual([
      '/api/imaging/studies/s1/first-picture',
      '/api/imaging/studies/s1',
    ])
  })
  test('is taken once, by whoever opens that study', async () => {
    beginStudy('s1')
    expect(takeStudy('s2')).toBeUndefined()
    beginStudy('s1')
    const early = takeStudy('s1')
    expect((await early?.study)?.ok).toBe(true)
    expect(takeStudy('s1')).toBeUndefined()
  })
  test('a picture that is refused is no failure', async () => {
    const { picture } = bothOf('s1', (path) =>
      path.includes('first-picture')
        ? Promise.reject(new Error('none'))
        : Promise.resolve(new Response('{}')),
    )
    expect(await picture).toBeUndefined()
  })
})
