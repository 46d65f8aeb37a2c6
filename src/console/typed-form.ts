import { z } from 'zod'
import { VERBS } from '../desk/ticket.ts'

/** What an officer typed into one of the forms of a ticket; it comes back whenever the form could not be carried out. */
const typedFormSchema = z.object({
  verb: z.enum(VERBS),
  values: z.record(z.string(), z.string()),
  /** What to do about a field, by the field's name. */
  faults: z.record(z.string(), z.string()).default({}),
})
export type TypedForm = z.infer<typeof typedFormSchema>

/** The same with the ticket it was meant for, on its way through a sign-in. */
export const waitingFormSchema = typedFormSchema.extend({ number: z.string().max(40) })
export type WaitingForm = z.infer<typeof waitingFormSchema>
