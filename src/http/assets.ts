import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

const require = createRequire(import.meta.filename)

/** The files of other people's packages that pages use, and nothing else of those packages. */
const LIBRARIES = [
  { name: 'pico.min.css', file: require.resolve('@picocss/pico/css/pico.min.css'), type: 'text/css; charset=utf-8' },
  { name: 'htmx.min.js', file: require.resolve('htmx.org/dist/htmx.min.js'), type: 'text/javascript; charset=utf-8' },
  // Its package names no such path, but has the file beside its main one.
  {
    name: 'chart.min.js',
    file: join(dirname(require.resolve('chart.js')), 'chart.umd.min.js'),
    type: 'text/javascript; charset=utf-8',
  },
] as const

/** Files that pages load: `/assets/<folder>/<file>`; libraries are in the folder `library`. */
export interface Assets {
  /** Address of a file with a mark of its content, so that a browser may keep it for ever. Throws for an unknown file. */
  url(path: string): string
  routes(app: FastifyInstance): Promise<void>
}

/** `folders`: name in the address → folder on disk, e.g. `{ console: '…/src/console/public' }`. */
export function createAssets(folders: Record<string, string>): Assets {
  const libraries = LIBRARIES.map((library) => ({ ...library, content: readFileSync(library.file) }))
  const marks = new Map(libraries.map(({ name, content }) => [`library/${name}`, markOf(content)]))
  for (const [name, folder] of Object.entries(folders)) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const file = join(entry.parentPath, entry.name)
      marks.set(`${name}/${relative(folder, file).replaceAll('\\', '/')}`, markOf(readFileSync(file)))
    }
  }

  return {
    url(path) {
      const mark = marks.get(path)
      if (mark === undefined) throw new Error(`No file ${path} among the assets`)
      return `/assets/${path}?v=${mark}`
    },
    async routes(app) {
      app.addHook('onSend', async (request, reply) => {
        if (reply.statusCode !== 200) return
        const isMarked = request.url.includes('?v=')
        reply.header('cache-control', isMarked ? 'public, max-age=31536000, immutable' : 'public, max-age=300')
      })
      for (const { name, type, content } of libraries) {
        app.get(`/assets/library/${name}`, { config: { rateLimit: false } }, async (_request, reply) =>
          reply.type(type).send(content),
        )
      }
      for (const [name, folder] of Object.entries(folders)) {
        await app.register(fastifyStatic, {
          root: folder,
          prefix: `/assets/${name}/`,
          decorateReply: false,
          cacheControl: false,
          index: false,
        })
      }
    },
  }
}

function markOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('base64url').slice(0, 10)
}
