import { assertNever, codeOf, isJsonObject, messageOf, type JsonObject } from '@axtary/core';
import type { BlockedResult, HandleResult } from '@axtary/proxy';

const MAX_TEXT = 8192;

/** What the agent reads: the upstream's own result, or a text that says why there is none. */
export function toolResultOf(result: HandleResult): JsonObject {
  switch (result.status) {
    case 'executed':
      return isJsonObject(result.result)
        ? result.result
        : couldNot('read the result of this call', 'it was executed, and answered no object');
    case 'blocked':
      return blockedResult(result);
    case 'failed':
      return couldNot(
        'confirm this call',
        `it was sent, and may have had its effect. ${result.error.message} ` +
          `(${result.error.code}). Check what happened before you try again.`,
      );
    case 'malformed':
      return couldNot(
        'read this call',
        `nothing was executed. ${result.error.message} (${result.error.code})`,
      );
    default:
      return assertNever(result);
  }
}

/** A call that was stopped before it became an action. */
export function stoppedResult(error: unknown): JsonObject {
  return errorResult(`Axtary blocked this call: ${messageOf(error)} (${codeOf(error)})`);
}

function blockedResult({ code, message, approvalId }: BlockedResult): JsonObject {
  if (code === 'APPROVAL_PENDING') {
    return errorResult(
      `PENDING_APPROVAL ${approvalId ?? ''}: a person must approve this exact call in the editor. ` +
        'Retry the identical call to receive the result.',
    );
  }
  return errorResult(`Axtary blocked this call: ${message} (${code})`);
}

function couldNot(what: string, why: string): JsonObject {
  return errorResult(`Axtary could not ${what}: ${why}`);
}

function errorResult(text: string): JsonObject {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  return { content: [{ type: 'text', text: shown.toWellFormed() }], isError: true };
}
