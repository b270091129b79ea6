export {
  policyDocumentSchema,
  type Condition,
  type Match,
  type Operator,
  type PolicyDocument,
  type PolicyDocumentInput,
  type PolicyRule,
} from './document.js';
export { PolicyError, type PolicyErrorCode } from './errors.js';
export { evaluatePolicy } from './evaluate.js';
export { compileGlob, globProblem, type Glob } from './glob.js';
export type { PolicyIssue, PolicyIssueCode, Position, Range } from './issue.js';
export { parsePolicy, type PolicyParseResult } from './parse/parse-policy.js';
export {
  codingAgentPolicy,
  createPolicy,
  type Policy,
  type PolicyServer,
  type RuleInForce,
} from './policy.js';
