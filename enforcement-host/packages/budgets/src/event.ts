import { z } from 'zod';

import { amountSchema, currencySchema } from './money.js';

const id = z.string().min(1).max(512);

/** What a reservation adds to one count, and whose count that is. */
export const meteredUseSchema = z.strictObject({
  meter: id,
  /** The values by which the meter counts apart, by name. */
  scope: z.record(z.string().max(32), z.string().max(512)),
  amount: amountSchema,
  /** Of money, in whose minor units `amount` is. */
  currency: currencySchema.exactOptional(),
});
export type MeteredUse = Readonly<z.infer<typeof meteredUseSchema>>;

/** How a reservation that was made can end. */
export type Settlement = 'committed' | 'rolled_back';

function event<Type extends string, Members extends z.core.$ZodLooseShape>(
  type: Type,
  members: Members,
) {
  return z.strictObject({
    type: z.literal(type),
    id,
    /** RFC 3339, UTC, milliseconds. */
    at: z.iso.datetime({ precision: 3 }),
    ...members,
  });
}

/** One step in the life of a reservation; what a store keeps, in order. */
export const budgetEventSchema = z.discriminatedUnion('type', [
  event('reserved', { uses: z.array(meteredUseSchema).max(256) }),
  event('committed', {}),
  event('rolled_back', {}),
  event('unknown', {}),
  /** Somebody found out how an unknown outcome ended. */
  event('reconciled', { as: z.enum(['committed', 'rolled_back']), by: id }),
]);
export type BudgetEvent = Readonly<z.infer<typeof budgetEventSchema>>;
