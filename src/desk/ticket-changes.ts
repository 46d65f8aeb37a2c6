/** The ticket is offered to nobody. */
export const noOffer = {
  offeredUnitId: null,
  offeredOfficerId: null,
  offeredAt: null,
  offerLapsesAt: null,
} as const

/** The ticket is at work again; what ended it is taken back. */
export const notFinished = {
  resolvedAt: null,
  closedAt: null,
  confirmedAt: null,
  rating: null,
  checkInAt: null,
  mergedInto: null,
  result: null,
  sealedResolution: null,
} as const
