import type { Condition } from './condition.js';

/** A condition, and where it is. */
export interface ConditionPlace {
  readonly condition: Condition;
  readonly path: readonly (string | number)[];
}

/** A condition and all that are in it, each with its place. */
export function conditionPlaces(
  condition: Condition,
  path: ConditionPlace['path'],
): readonly ConditionPlace[] {
  const { any, all, not } = condition;
  const inner = Object.entries({ any, all }).flatMap(([key, conditions = []]) =>
    conditions.flatMap((each, at) => conditionPlaces(each, [...path, key, at])),
  );
  const negated = not === undefined ? [] : conditionPlaces(not, [...path, 'not']);
  return [{ condition, path }, ...inner, ...negated];
}

/** All conditions of a rule, with their places below it. */
export function conditionsOfRule({
  when = [],
}: {
  readonly when?: readonly Condition[] | undefined;
}): readonly ConditionPlace[] {
  return when.flatMap((condition, at) => conditionPlaces(condition, ['when', at]));
}
