import type { FastifyRequest } from 'fastify'

export interface SentForm {
  fields: Record<string, string>
  file: { name: string; bytes: Uint8Array } | null
}

/** The form as the browser sent it; null when it is none. */
export async function readUpload(request: FastifyRequest): Promise<SentForm | null> {
  const { body } = request
  if (!(body instanceof Uint8Array)) return null
  try {
    const headers = { 'content-type': request.headers['content-type'] ?? '' }
    const form = await new Response(new Uint8Array(body), { headers }).formData()
    const file = form.get('file')
    const fields = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
    const isSent = typeof file === 'object' && file !== null && (file.name !== '' || file.size > 0)
    return {
      fields: Object.fromEntries(fields),
      file: isSent ? { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) } : null,
    }
  } catch {
    return null
  }
}
