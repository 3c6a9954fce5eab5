import { describe, expect, test } from 'vitest'
import { acquire, troubleOf } from '@/call/devices'
import { track } from '../fakes'

function named(name: string): DOMException {
  return new DOMException('no', name)
}

/** A browser with these devices; asking for both fails when one is missing, as browsers do. */
function browser(has: { audio?: string; video?: string }) {
  return {
    getUserMedia: ({ audio, video }: MediaStreamConstraints) => {
      const refused = (audio && has.audio) || (video && has.video)
      if (refused) return Promise.reject(named(refused))
      const tracks = [audio && track('audio'), video && track('video')].filter(Boolean) as MediaStreamTrack[]
      return Promise.resolve({
        getAudioTracks: () => tracks.filter((one) => one.kind === 'audio'),
        getVideoTracks: () => tracks.filter((one) => one.kind === 'video'),
      } as MediaStream)
    },
  }
}

describe('devices', () => {
  test('both are had in one question', async () => {
    const found = await acquire({}, ['microphone', 'camera'], browser({}))
    expect(found.audio).toBeDefined()
    expect(found.video).toBeDefined()
    expect(found.trouble).toEqual({})
  })

  test('without a camera the microphone is still had', async () => {
    const found = await acquire({}, ['microphone', 'camera'], browser({ video: 'NotFoundError' }))
    expect(found.audio).toBeDefined()
    expect(found.video).toBeUndefined()
    expect(found.trouble).toEqual({ camera: 'missing' })
  })

  test('with nothing allowed the call goes on without either', async () => {
    const found = await acquire(
      {},
      ['microphone', 'camera'],
      browser({ audio: 'NotAllowedError', video: 'NotAllowedError' }),
    )
    expect(found.audio).toBeUndefined()
    expect(found.trouble).toEqual({ camera: 'denied', microphone: 'denied' })
  })

  test('an insecure address says so instead of failing', async () => {
    const found = await acquire({}, ['microphone', 'camera'], undefined)
    expect(found.trouble).toEqual({ camera: 'insecure', microphone: 'insecure' })
  })

  test.each([
    ['NotReadableError', 'busy'],
    ['OverconstrainedError', 'missing'],
    ['SecurityError', 'denied'],
    ['TypeError', 'failed'],
  ])('%s is told as %s', (name, trouble) => {
    expect(troubleOf(named(name))).toBe(trouble)
  })
})
