/** Writes a .br and a .gz beside every built text file, so that the server sends the smaller one without work of its own. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '../dist')
const TEXT = new Set(['.html', '.js', '.css', '.svg', '.json'])
const SMALLEST = 512
const LARGE = 300_000 // the last per cent of these would take seconds

let before = 0
let after = 0
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name)
  if (!entry.isFile() || !TEXT.has(extname(entry.name)) || path.includes('/.vite/')) continue
  const content = readFileSync(path)
  if (content.length < SMALLEST) continue
  const quality = content.length > LARGE ? 9 : constants.BROTLI_MAX_QUALITY
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality }
  const small = brotliCompressSync(content, { params })
  writeFileSync(`${path}.br`, small)
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  before += content.length
  after += small.length
}
console.log(`compressed ${Math.round(before / 1024)} KB to ${Math.round(after / 1024)} KB`)
