import { z } from 'zod'
import type { Fault } from '../../errors.ts'
import { newId } from '../../ids.ts'
import type { UpdateBody } from '../../messaging/update.ts'

const TEXT_MAX = 20_000

/** Made by the page; the same id is the same words, however often they come. */
export const idSchema = z.string().regex(/^[\w.-]{1,64}$/)

/** What a person says: one of text, action and start. `action_id` is another name of `action`. */
export const saidSchema = z
  .object({
    id: idSchema.optional(),
    text: z.string().max(TEXT_MAX).optional(),
    action: z.string().min(1).max(64).optional(),
    action_id: z.string().min(1).max(64).optional(),
    start: z.literal(true).optional(),
  })
  .transform(({ id, text, action, action_id, start }, context) => {
    const bodies: UpdateBody[] = []
    if (text !== undefined && text.trim() !== '') bodies.push({ kind: 'text', text })
    if (action !== undefined) bodies.push({ kind: 'action', actionId: action })
    else if (action_id !== undefined) bodies.push({ kind: 'action', actionId: action_id })
    if (start !== undefined) bodies.push({ kind: 'start', payload: null })
    const [body] = bodies
    if (body === undefined || bodies.length > 1) {
      context.addIssue({
        code: 'custom',
        path: ['text'],
        message: 'send either a text that is not empty, or an action',
      })
      return z.NEVER
    }
    return { id: id ?? newId(), body }
  })

export function isTextTooLong(error: z.ZodError): boolean {
  return error.issues.some(({ code, path }) => code === 'too_big' && path[0] === 'text')
}

export function faultsOf(error: z.ZodError): Fault[] {
  return error.issues.map(({ path, message }) => ({ where: path.join('.'), what: message }))
}
