import { z } from 'zod'

/*
 * The part of a Zalo event that we read. Numbers come as strings, and now and then as numbers. A field of a wrong form
 * counts as missing: no event is turned away for one that we may not even need.
 */

const text = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined)
/** With decimals; a coordinate. */
const figure = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d{1,16}(\.\d{1,20})?$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined)
/** A count; what no counter can reach counts as missing. */
const whole = (max: number) =>
  z
    .union([
      z.number(),
      z
        .string()
        .regex(/^\d{1,16}$/)
        .transform(Number),
    ])
    .pipe(z.number().int().min(0).max(max))
    .optional()
    .catch(undefined)
const COUNT_MAX = 2 ** 31 - 1
/** The last millisecond of a year of four digits. */
const MOMENT_MAX = 253_402_300_799_999
const party = z.object({ id: text, admin_id: text }).optional().catch(undefined)

const attachmentSchema = z.object({
  type: text,
  payload: z
    .object({
      url: text,
      thumbnail: text,
      description: text,
      id: text,
      name: text,
      type: text,
      size: whole(COUNT_MAX),
      title: text,
      coordinates: z.object({ latitude: figure, longitude: figure }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
})
export type ZaloAttachment = z.infer<typeof attachmentSchema>

const messageSchema = z.object({
  msg_id: text,
  msg_ids: z.array(z.string()).max(1_000).optional().catch(undefined),
  text,
  quote_msg_id: text,
  attachments: z.array(attachmentSchema).max(50).optional().catch(undefined),
  tracking_id: text,
  delivery_time: whole(MOMENT_MAX),
})

const info = z.object({ phone: text }).optional().catch(undefined)

export const zaloEventSchema = z.object({
  app_id: text,
  event_name: z.string().max(60),
  timestamp: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^\d{10,16}$/)),
  oa_id: text,
  oaId: text,
  user_id: text,
  sender: party,
  recipient: party,
  follower: party,
  message: messageSchema.optional().catch(undefined),
  info,
  template_id: text,
  status: z.object({ new_status: text }).optional().catch(undefined),
  quota: z
    .object({ new_value: whole(COUNT_MAX) })
    .optional()
    .catch(undefined),
})
export type ZaloEvent = z.infer<typeof zaloEventSchema>
