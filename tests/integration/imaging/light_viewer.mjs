/**
 * Runs the light viewer's own decoding and windowing in Node over frames that a test fetched from the server.
 *
 * node light_viewer.mjs <folder of the engine> <list of frames, JSON>: for each frame the grey levels (or red, green, blue) are
 * written to the file it names, as one byte each.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [engine, list] = process.argv.slice(2)
const from = (name) => import(pathToFileURL(`${engine}/${name}.ts`).href)
const { decodePixels } = await from('raster')
const { curveOf } = await from('curves')
const { render, windowOfAll } = await from('windowing')

for (const frame of JSON.parse(readFileSync(list, 'utf8'))) {
  const bytes = readFileSync(frame.pixels)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const raster = {
    rows: frame.rows,
    columns: frame.columns,
    samples: frame.samples,
    values: decodePixels(buffer, frame, frame.filter),
    slope: frame.slope,
    intercept: frame.intercept,
    photometric: frame.photometric,
    coarse: [1, 1],
  }
  const curve = frame.curve && curveOf(frame.curve)
  const window = curve?.window ?? frame.window ?? windowOfAll(raster, frame.padding)
  const shown = render(raster, { window, invert: false, by: frame.by, curve })
  const levels = new Uint8Array(shown.length * frame.samples)
  for (let i = 0; i < shown.length; i++) {
    for (let sample = 0; sample < frame.samples; sample++) {
      levels[i * frame.samples + sample] = (shown[i] >>> (8 * sample)) & 0xff
    }
  }
  writeFileSync(frame.shown, levels)
}
