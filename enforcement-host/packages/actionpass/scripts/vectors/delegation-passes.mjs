import { changed, sha256 } from './jose.mjs';
import { AUDIENCE, V1, strangerKey } from './scene.mjs';

/** A pass whose own verification held, and the chain that it says it was issued under. */
export function passUnderCases({ issueAll, chain }) {
  const [root, leaf] = chain;
  const honest = {
    ...V1,
    aud: [AUDIENCE],
    constraints: { ...leaf.scope.constraints, maxFilesChanged: 12 },
    delegation: { parent: leaf.jti, root: root.jti, depth: 1 },
  };
  const tokens = issueAll([root, leaf]);
  const under = (changes) => ({ delegation: { ...honest.delegation, ...changes } });
  const foreign = [
    ['no-delegation', 'It was issued under none.', { delegation: undefined }],
    ['other-parent', 'It was issued under another.', under({ parent: 'dp_90' })],
    ['other-root', 'It names another root.', under({ root: 'dp_90' })],
    ['other-depth', 'It names another depth.', under({ depth: 2 })],
    ['other-agent', 'The leaf is held by another agent.', { sub: 'agent:lead' }],
    ['other-runtime', 'The leaf is held in another runtime.', { runtime: 'other' }],
    ['other-key', 'The leaf is bound to another key.', { cnf: { jkt: strangerKey.kid } }],
  ];
  const wider = [
    ['human', 'For another human owner.', { human: 'user:other@example.com' }],
    ['task', 'For another task.', { task: 'AXT-419' }],
    ['exp', 'It outlives the delegation.', { exp: leaf.exp + 1 }],
    ['aud-missing', 'For everybody.', { aud: undefined }],
    ['tool', 'A tool that is not in scope.', { tool: 'github.repos.delete' }],
    ['resource', 'A resource that is not in scope.', { resource: 'repo:other/web-app' }],
    ['resource-dots', 'In scope to the letter only.', { resource: 'repo:example/../other/x' }],
    ['payload', 'A payload that is not listed.', { payload_hash: sha256('[]') }],
    ['constraints', 'A constraint is not kept.', { constraints: {} }],
  ];
  const of =
    (expect) =>
    ([what, comment, changes]) => ({
      name: `pass/${what}`,
      comment,
      tokens,
      pass: changed(honest, changes),
      expect,
    });
  return [
    {
      name: 'valid/pass-within',
      comment: 'Issued to the holder of the leaf, in scope.',
      tokens,
      pass: honest,
      expect: 'valid',
    },
    ...foreign.map(of('DELEGATION_INVALID')),
    ...wider.map(of('DELEGATION_WIDENED')),
  ];
}
