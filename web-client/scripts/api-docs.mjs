/** Copies Swagger UI beside the pages (dist/api-docs), so that the server's API page loads nothing from elsewhere. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const client = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const from = resolve(client, 'node_modules/swagger-ui-dist')
const to = resolve(client, 'dist/api-docs')
mkdirSync(to, { recursive: true })
for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js', 'LICENSE', 'NOTICE']) {
  cpSync(resolve(from, file), resolve(to, file))
}
// No inline script: the page must stand under our Content-Security-Policy.
writeFileSync(
  resolve(to, 'index.html'),
  `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Lianyi API</title>
    <link rel="stylesheet" href="/api-docs/swagger-ui.css" />
  </head>
  <body>
    <div id="api"></div>
    <script src="/api-docs/swagger-ui-bundle.js"></script>
    <script src="/api-docs/start.js"></script>
  </body>
</html>
`,
)
writeFileSync(
  resolve(to, 'start.js'),
  "SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#api', validatorUrl: null, tryItOutEnabled: false })\n",
)
