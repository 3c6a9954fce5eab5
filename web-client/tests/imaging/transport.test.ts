import { describe, expect, test } from 'vitest'
import { slicesOf, type Slice } from '@/imaging/study'
import { HttpTransport, records, windowIn, type SmallPicture } from '@/imaging/transport'
import { aSeries } from './studies'

function record(place: number, picture: readonly number[], centre = 40, width = 400): Uint8Array {
  const bytes = new Uint8Array(16 + picture.length)
  const head = new DataView(bytes.buffer)
  head.setUint32(0, place)
  head.setUint32(4, picture.length)
  head.setFloat32(8, centre)
  head.setFloat32(12, width)
  bytes.set(picture, 16)
  return bytes
}
/** The bytes in pieces of this size, as a line cuts them. */
function stream(bytes: Uint8Array, piece: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(to) {
      for (let at = 0; at < bytes.length; at += piece) to.enqueue(bytes.slice(at, at + piece))
      to.close()
    },
  })
}
const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]))
const unpack = async (blob: Blob): Promise<SmallPicture> => {
  const [grey = 0] = new Uint8Array(await blob.arrayBuffer())
  return { rows: 1, columns: 1, rgba: new Uint8ClampedArray([grey, grey, grey, 255]) }
}

describe('the picture that a study opens with', () => {
  const [slice, other] = slicesOf(aSeries(2)) as [Slice, Slice]
  const signal = new AbortController().signal
  const answer = (grey: number, instance: string) =>
    new Response(new Uint8Array([grey]), {
      headers: { 'X-Instance': instance, 'X-Frame': '1', 'X-Window': '40,400' },
    })
  function transportOf(early: Promise<Response | undefined>) {
    const asked: string[] = []
    const transport = new HttpTransport((path) => {
      asked.push(path)
      return Promise.resolve(answer(9, ''))
    }, unpack)
    transport.expect(early)
    return { transport, asked }
  }
  test('is not asked for twice', async () => {
    const { transport, asked } = transportOf(Promise.resolve(answer(200, slice.instance.id)))
    expect((await transport.preview(slice, 256, signal)).values[0]).toBe(200)
    expect(asked).toEqual([])
    expect((await transport.preview(slice, 256, signal)).values[0]).toBe(9)
  })
  test.each([Promise.resolve(undefined), Promise.resolve(answer(200, 'elsewhere'))])(
    'is asked for where another one came, or none',
    async (early) => {
      const { transport, asked } = transportOf(early)
      expect((await transport.preview(other, 256, signal)).values[0]).toBe(9)
      expect(asked).toEqual([`/api/imaging/instances/${other.instance.id}/frames/1/preview?size=256`])
    },
  )
})

describe('previews of a series', () => {
  test.each([1, 7, 16, 19, 1000])('are read however the line cuts them: %i bytes', async (piece) => {
    const bytes = joined(record(3, [9, 8]), record(4, []), record(5, [7], NaN, NaN))
    const got = []
    for await (const one of records(stream(bytes, piece))) got.push(one)
    expect(got.map(({ place, picture, window }) => [place, [...picture], window])).toEqual([
      [3, [9, 8], [40, 400]],
      [4, [], [40, 400]],
      [5, [7], undefined],
    ])
  })
  test('go to their slices; what could not be drawn, or was cut off, to none', async () => {
    const bytes = joined(record(1, [128]), record(0, []), record(2, [1, 2, 3]).slice(0, 17))
    const asked: string[] = []
    const transport = new HttpTransport((path) => {
      asked.push(path)
      return Promise.resolve(new Response(stream(bytes, 5)))
    }, unpack)
    const series = aSeries(3)
    const slices = slicesOf(series)
    const came: [string, number][] = []
    const each = (
      slice: Slice,
      { values, slope, intercept }: { values: ArrayLike<number>; slope: number; intercept: number },
    ) => came.push([slice.key, (values[0] as number) * slope + intercept])
    await transport.previews(
      { series, slices, first: 0, count: 3, size: 128 },
      each,
      new AbortController().signal,
    )
    expect(asked).toEqual(['/api/imaging/series/s1/previews?first=0&count=3&size=128'])
    expect(came).toHaveLength(1)
    expect(came[0]?.[0]).toBe('i2/1')
    expect(came[0]?.[1]).toBeCloseTo(40.784, 3)
  })
})

describe('pixels', () => {
  const slice = slicesOf(aSeries(1, { rows: 1, columns: 2, slope: 2, intercept: -5 }))[0] as Slice
  const from = (body: ArrayBuffer, headers: Record<string, string>) =>
    new HttpTransport(() => Promise.resolve(new Response(body, { headers })), unpack)

  test('carry their own slope where they were squeezed', async () => {
    const sent = new Uint16Array([40000, 1]).buffer
    const headers = {
      'X-Pixel-Type': 'uint16',
      'X-Pixel-Filter': 'delta',
      'X-Pixel-Slope': '0.5',
      'X-Pixel-Intercept': '0',
    }
    const raster = await from(sent, headers).pixels(slice, new AbortController().signal)
    expect([...raster.values]).toEqual([40000, 40001])
    expect([raster.slope, raster.intercept]).toEqual([0.5, 0])
  })
  test('else what the study says', async () => {
    const raster = await from(new Int16Array([-3, 4]).buffer, {}).pixels(slice, new AbortController().signal)
    expect([...raster.values]).toEqual([-3, 4])
    expect([raster.slope, raster.intercept]).toEqual([2, -5])
  })
})

test('a window in a header is two numbers', () => {
  expect(windowIn('-600,1500')).toEqual([-600, 1500])
  expect([windowIn(null), windowIn(''), windowIn('a,b'), windowIn('3,0')]).toEqual(Array(4).fill(undefined))
})
