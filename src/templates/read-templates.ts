import { join } from 'node:path'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { type ReplyTemplate, templatesFileSchema } from './template.ts'

export const TEMPLATES_FILE = 'reply-templates.yaml'

/** All reply templates, or every fault of shape. What they refer to is checked by `checkTemplates`. */
export function readTemplates(flowsDirectory: string): { value: readonly ReplyTemplate[] } | { faults: Fault[] } {
  const read = readYaml(join(flowsDirectory, TEMPLATES_FILE), templatesFileSchema)
  return 'faults' in read ? read : { value: read.value.templates }
}
