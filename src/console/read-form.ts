import type { FastifyRequest } from 'fastify'

export interface SentForm {
  fields: Record<string, string>
  /** Of the control of this name, in the order of choosing; a control in which nothing was chosen gives none. */
  files: Uint8Array[]
}

/** A form with files as the browser sent it; null when it is none. */
export async function readFormWithFiles(request: FastifyRequest, control: string): Promise<SentForm | null> {
  const { body } = request
  if (!(body instanceof Uint8Array)) return null
  try {
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const form = await new Response(new Uint8Array(body), { headers }).formData()
    const fields = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
    const files = form
      .getAll(control)
      .flatMap((value) => (typeof value === 'string' || value.size === 0 ? [] : [value]))
    return {
      fields: Object.fromEntries(fields),
      files: await Promise.all(files.map(async (file) => new Uint8Array(await file.arrayBuffer()))),
    }
  } catch {
    return null
  }
}

export function hasFiles(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith('multipart/form-data') === true
}
