import type { PolicyTextKind } from '@axtary/protocol';

export const POLICY_FILE = 'axtary.yml';
/** Drafts lie beside the policy and are never what is enforced. */
export const DRAFT_SUFFIX = `.${POLICY_FILE}`;
const TESTS_SUFFIX = '.test.yml';

// Files of policy tests have a list of tests, and each says what it expects.
const TESTS_KEY = /^tests[ \t]*:/m;
const EXPECT_KEY = /^\s*(?:-\s+|\{\s*)?expect[ \t]*:|[{,]\s*expect[ \t]*:/m;

/**
 * What the file of this path is to us. `text` is read only where the name alone does not tell:
 * `*.test.yml` is a name that others use too.
 */
export function kindOf(path: string, text: () => string): PolicyTextKind | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === POLICY_FILE || name.endsWith(DRAFT_SUFFIX)) return 'policy';
  if (!name.endsWith(TESTS_SUFFIX)) return undefined;
  if (name === `axtary${TESTS_SUFFIX}` || name.endsWith(`.axtary${TESTS_SUFFIX}`)) return 'tests';
  const content = text();
  return TESTS_KEY.test(content) && EXPECT_KEY.test(content) ? 'tests' : undefined;
}
