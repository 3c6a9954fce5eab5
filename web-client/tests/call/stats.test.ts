import { expect, test } from 'vitest'
import { between, read } from '@/call/stats'

const first = [
  { type: 'outbound-rtp', id: 'a', kind: 'audio', bytesSent: 1000 },
  { type: 'outbound-rtp', id: 'v', kind: 'video', bytesSent: 10_000, active: true },
  {
    type: 'inbound-rtp',
    id: 'i',
    kind: 'video',
    bytesReceived: 5000,
    packetsReceived: 100,
    packetsLost: 0,
    framesDecoded: 10,
  },
  {
    type: 'candidate-pair',
    id: 'c',
    nominated: true,
    currentRoundTripTime: 0.05,
    availableOutgoingBitrate: 500_000,
  },
]
const second = [
  { type: 'outbound-rtp', id: 'a', kind: 'audio', bytesSent: 6000 },
  {
    type: 'outbound-rtp',
    id: 'v',
    kind: 'video',
    bytesSent: 47_500,
    active: true,
    qualityLimitationReason: 'bandwidth',
  },
  {
    type: 'inbound-rtp',
    id: 'i',
    kind: 'video',
    bytesReceived: 55_000,
    packetsReceived: 190,
    packetsLost: 10,
    framesDecoded: 25,
  },
  { type: 'remote-inbound-rtp', id: 'r', fractionLost: 0.04, roundTripTime: 0.12 },
  {
    type: 'candidate-pair',
    id: 'c',
    nominated: true,
    currentRoundTripTime: 0.05,
    availableOutgoingBitrate: 500_000,
  },
]

test('two readings make rates and shares of the time between them', () => {
  const sample = between(read(first, 1000), read(second, 2000))
  expect(sample.videoKbpsUp).toBeCloseTo(300)
  expect(sample.kbpsUp).toBeCloseTo(340)
  expect(sample.kbpsDown).toBeCloseTo(400)
  expect(sample.lossDown).toBeCloseTo(0.1)
  expect(sample.lossUp).toBe(0.04)
  expect(sample.rttMs).toBe(120)
  expect(sample.framesDecoded).toBe(15)
  expect(sample.availableKbpsUp).toBe(500)
  expect(sample.limitedByBandwidth).toBe(true)
})

test('a counter that starts again does not become negative', () => {
  const sample = between(read(second, 1000), read(first, 2000))
  expect(sample.kbpsUp).toBe(0)
  expect(sample.lossDown).toBe(0)
})

test('sound alone says that no video is sent', () => {
  const sound = [{ type: 'outbound-rtp', id: 'a', kind: 'audio', bytesSent: 10 }]
  expect(between(read(sound, 0), read(sound, 1000)).videoKbpsUp).toBeUndefined()
})
