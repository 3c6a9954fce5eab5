/**
 * What a peer connection says about itself, turned into few numbers about the last interval. Pure: two readings in, one
 * sample out.
 */

export interface Sample {
  /** 0 to 1, of what we sent, as the other side reports it. */
  lossUp: number
  lossDown: number
  rttMs: number
  jitterMs: number
  /** Share of the received sound that had to be made up. */
  audioConcealed: number
  /** undefined: no video is being sent. */
  videoKbpsUp: number | undefined
  kbpsUp: number
  kbpsDown: number
  availableKbpsUp: number | undefined
  limitedByBandwidth: boolean
  freezesMs: number
  framesDecoded: number
}

/** Sums over a report; differences of two of them make a sample. */
export interface Reading {
  at: number
  sentBytes: number
  sentVideoBytes: number
  hasVideoUp: boolean
  receivedBytes: number
  received: number
  lost: number
  samples: number
  concealed: number
  freezesMs: number
  framesDecoded: number
  lossUp: number
  rttMs: number
  jitterMs: number
  availableKbpsUp: number | undefined
  limitedByBandwidth: boolean
}

type Row = { type: string; id: string } & Record<string, unknown>

function number(row: Row, name: string): number {
  const value = row[name]
  return typeof value === 'number' ? value : 0
}

function empty(at: number): Reading {
  return {
    at,
    sentBytes: 0,
    sentVideoBytes: 0,
    hasVideoUp: false,
    receivedBytes: 0,
    received: 0,
    lost: 0,
    samples: 0,
    concealed: 0,
    freezesMs: 0,
    framesDecoded: 0,
    lossUp: 0,
    rttMs: 0,
    jitterMs: 0,
    availableKbpsUp: undefined,
    limitedByBandwidth: false,
  }
}

const take: Record<string, (sum: Reading, row: Row) => void> = {
  'outbound-rtp': (sum, row) => {
    sum.sentBytes += number(row, 'bytesSent')
    if (row.kind !== 'video') return
    sum.sentVideoBytes += number(row, 'bytesSent')
    sum.hasVideoUp ||= row.active !== false && number(row, 'bytesSent') > 0
    sum.limitedByBandwidth ||= row.qualityLimitationReason === 'bandwidth'
  },
  'inbound-rtp': (sum, row) => {
    sum.receivedBytes += number(row, 'bytesReceived')
    sum.received += number(row, 'packetsReceived')
    sum.lost += Math.max(0, number(row, 'packetsLost'))
    sum.jitterMs = Math.max(sum.jitterMs, number(row, 'jitter') * 1000)
    sum.samples += number(row, 'totalSamplesReceived')
    sum.concealed += number(row, 'concealedSamples') - number(row, 'silentConcealedSamples')
    sum.freezesMs += number(row, 'totalFreezesDuration') * 1000
    sum.framesDecoded += number(row, 'framesDecoded')
  },
  'remote-inbound-rtp': (sum, row) => {
    sum.lossUp = Math.max(sum.lossUp, number(row, 'fractionLost'))
    sum.rttMs = Math.max(sum.rttMs, number(row, 'roundTripTime') * 1000)
  },
  'candidate-pair': (sum, row) => {
    if (row.nominated !== true) return
    if (sum.rttMs === 0) sum.rttMs = number(row, 'currentRoundTripTime') * 1000
    const available = number(row, 'availableOutgoingBitrate')
    if (available > 0) sum.availableKbpsUp = available / 1000
  },
}

/** The sums of one RTCStatsReport. */
export function read(report: Iterable<unknown>, at: number): Reading {
  const sum = empty(at)
  for (const row of report) {
    const entry = row as Row
    take[entry.type]?.(sum, entry)
  }
  return sum
}

const more = (now: number, before: number): number => Math.max(0, now - before)
const share = (part: number, whole: number): number => (whole > 0 ? Math.min(1, part / whole) : 0)

/** What happened between two readings of one connection. */
export function between(before: Reading, now: Reading): Sample {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000)
  const kbps = (bytes: number) => (bytes * 8) / 1000 / seconds
  const lost = more(now.lost, before.lost)
  return {
    lossUp: now.lossUp,
    lossDown: share(lost, lost + more(now.received, before.received)),
    rttMs: now.rttMs,
    jitterMs: now.jitterMs,
    audioConcealed: share(more(now.concealed, before.concealed), more(now.samples, before.samples)),
    videoKbpsUp: now.hasVideoUp ? kbps(more(now.sentVideoBytes, before.sentVideoBytes)) : undefined,
    kbpsUp: kbps(more(now.sentBytes, before.sentBytes)),
    kbpsDown: kbps(more(now.receivedBytes, before.receivedBytes)),
    availableKbpsUp: now.availableKbpsUp,
    limitedByBandwidth: now.limitedByBandwidth,
    freezesMs: more(now.freezesMs, before.freezesMs),
    framesDecoded: more(now.framesDecoded, before.framesDecoded),
  }
}
