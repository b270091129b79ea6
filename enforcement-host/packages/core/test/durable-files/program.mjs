import { writeSync } from 'node:fs';

import {
  createFile,
  createFolder,
  replaceFile,
  replaceFileWith,
  syncFolder,
} from '@axtary/core/durable-files';

/**
 * Does one thing with a file and says how it ended, or says where it stands and goes no further.
 * Usage: node program.mjs <what> <file>
 */
const [what, file] = process.argv.slice(2);

const things = {
  replace: () => replaceFile(file, 'new'),
  'replace alone': () =>
    replaceFileWith(file, { isOnlyWriter: true, write: (draft) => draft.writeFile('new') }),
  'make a file': () => createFile(file, 'new'),
  'make a folder': () => createFolder(file),
  'sync a folder': () => syncFolder(file),
  'stand in a draft': () => replaceFileWith(file, { isOnlyWriter: true, write: stand }),
  'stand before the name': () =>
    replaceFileWith(file, {
      isOnlyWriter: true,
      write: (draft) => draft.writeFile('new'),
      confirm: () => stand(),
    }),
  'replace again and again': async () => {
    for (let n = 1; ; n++) {
      await replaceFile(file, `${n}\n`.repeat(100_000));
      say({ replaced: n });
    }
  },
};

try {
  const did = await things[what]();
  say({ did: did ?? null });
} catch (error) {
  say({ code: error.code });
}

async function stand(draft) {
  await draft?.writeFile('ne');
  say({ stands: true });
  // Until it is killed.
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}

function say(line) {
  writeSync(1, `${JSON.stringify(line)}\n`);
}
