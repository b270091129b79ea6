import assert from 'node:assert/strict';

import { controlEndpoint, stateFolder } from '../src/host/state-folder.js';

const linux = { platform: 'linux', homeFolder: '/home/ada', env: {} } as const;

describe('state folder', () => {
  it('lies under the XDG state home on Linux', () => {
    assert.equal(stateFolder(linux), '/home/ada/.local/state/axtary');
    assert.equal(stateFolder({ ...linux, env: { XDG_STATE_HOME: '/s' } }), '/s/axtary');
  });

  it('ignores a relative XDG state home, as its specification says', () => {
    assert.equal(
      stateFolder({ ...linux, env: { XDG_STATE_HOME: 'state' } }),
      '/home/ada/.local/state/axtary',
    );
  });

  it('follows AXTARY_STATE_DIR wherever it is set', () => {
    assert.equal(stateFolder({ ...linux, env: { AXTARY_STATE_DIR: '/a/../b' } }), '/b');
    assert.equal(
      stateFolder({ ...linux, env: { AXTARY_STATE_DIR: '' } }),
      '/home/ada/.local/state/axtary',
    );
  });

  it('has a place of its own on macOS and Windows', () => {
    assert.equal(
      stateFolder({ ...linux, platform: 'darwin' }),
      '/home/ada/Library/Application Support/Axtary',
    );
    const env = { LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local' };
    assert.equal(
      stateFolder({ platform: 'win32', homeFolder: 'C:\\Users\\ada', env }),
      'C:\\Users\\ada\\AppData\\Local\\Axtary',
    );
    assert.equal(
      stateFolder({ platform: 'win32', homeFolder: 'C:\\Users\\ada', env: {} }),
      'C:\\Users\\ada\\AppData\\Local\\Axtary',
    );
  });
});

describe('control endpoint', () => {
  it('is a socket in the folder', () => {
    assert.equal(controlEndpoint('/s', 'linux'), '/s/control.sock');
  });

  it('is a pipe on Windows that depends on the folder but not on its case', () => {
    const pipe = controlEndpoint('C:\\Axtary', 'win32');
    assert.match(pipe, /^\\\\\.\\pipe\\axtary-control-[0-9a-f]{16}$/);
    assert.equal(controlEndpoint('c:\\AXTARY', 'win32'), pipe);
    assert.notEqual(controlEndpoint('C:\\Other', 'win32'), pipe);
  });
});
