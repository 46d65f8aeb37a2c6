/**
 * The way in. Compiled modules are kept beside the packages, so that the next start neither strips types nor compiles
 * again; a folder that cannot be written to costs nothing but that.
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compiled'))
await import('./run.ts')
