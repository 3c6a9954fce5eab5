/**
 * What a first visit costs over the wire (gzip): prints it by route and fails over the budget.
 * Counted: the page itself, its entry, and everything that the route's chunks import statically, with their styles.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const dist = resolve(dirname(fileURLToPath(import.meta.url)), '../dist')
const manifest = JSON.parse(readFileSync(resolve(dist, '.vite/manifest.json'), 'utf8'))
const KB = 1024

// `watching` is the socket, which home opens once it is there.
const BUDGETS = [
  { name: 'patient, first load', budget: 60, entries: ['index.html', 'src/rt/watching.ts'] },
  {
    name: 'patient, with call code',
    budget: 100,
    entries: ['index.html', 'src/pages/patient/VisitCallPage.vue', 'src/rt/watching.ts'],
  },
  {
    name: 'staff shell',
    budget: 180,
    entries: [
      'index.html',
      'src/features/shell/AppStaff.vue',
      'src/pages/staff/WorklistPage.vue',
      'src/rt/watching.ts',
    ],
  },
]

function filesOf(entry, seen) {
  const chunk = manifest[entry]
  if (!chunk || seen.has(entry)) return []
  seen.add(entry)
  return [chunk.file, ...(chunk.css ?? []), ...(chunk.imports ?? []).flatMap((one) => filesOf(one, seen))]
}

const weigh = (file) => gzipSync(readFileSync(resolve(dist, file))).length
let over = false
for (const { name, budget, entries } of BUDGETS) {
  const seen = new Set()
  const files = new Set(['index.html', ...entries.flatMap((entry) => filesOf(entry, seen))])
  const missing = entries.filter((entry) => !manifest[entry])
  const size = [...files].reduce((sum, file) => sum + weigh(file), 0) / KB
  const verdict = size > budget ? 'OVER' : 'ok'
  over ||= size > budget
  console.log(
    `${name.padEnd(26)} ${size.toFixed(1).padStart(6)} KB of ${budget} KB in ${files.size} files  ${verdict}`,
  )
  if (missing.length) console.log(`  not built: ${missing.join(', ')}`)
}
if (over) process.exit(1)
