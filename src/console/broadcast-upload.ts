import type { FastifyInstance, FastifyRequest } from 'fastify'
import { FORM_MAX_BYTES } from './reply-files.ts'

/** A form as the browser sent it, each field with all its values. */
export interface BroadcastForm {
  values: ReadonlyMap<string, readonly string[]>
  file: Uint8Array | null
}

/** Lets the routes of a scope take forms with a file. */
export function takeForms(scope: FastifyInstance): void {
  scope.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit: FORM_MAX_BYTES },
    (_request, body, done) => done(null, body),
  )
}

/** Null when it is no form. */
export async function readBroadcastForm(request: FastifyRequest): Promise<BroadcastForm | null> {
  const { body } = request
  if (!(body instanceof Uint8Array)) return { values: valuesOf(body), file: null }
  try {
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const form = await new Response(new Uint8Array(body), { headers }).formData()
    const values = new Map<string, string[]>()
    for (const [name, value] of form) {
      if (typeof value === 'string') values.set(name, [...(values.get(name) ?? []), value])
    }
    const file = form.get('file')
    const isSent = typeof file === 'object' && file !== null && file.size > 0
    return { values, file: isSent ? new Uint8Array(await file.arrayBuffer()) : null }
  } catch {
    return null
  }
}

function valuesOf(body: unknown): ReadonlyMap<string, readonly string[]> {
  if (typeof body !== 'object' || body === null) return new Map()
  return new Map(
    Object.entries(body).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string'),
    ]),
  )
}
