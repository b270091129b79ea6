// Other spellings of a path, by what makes them other. A file system, a shell, a server or a reviewer
// takes each of them, somewhere, for the path itself.

/** Ways to write a relative path of at least one segment. */
export const SPELLINGS: Readonly<Record<string, (path: string) => string>> = {
  'a folder and back': (path) => `src/../${path}`,
  'two folders and back': (path) => `src/lib/../../${path}`,
  'a folder that is the path, and back': (path) => `${path}/../${path}`,
  'back before it begins': (path) => `../workspace/${path}`,
  'a dot before': (path) => `./${path}`,
  'a dot inside': (path) => `src/./../${path}`,
  'a dot behind': (path) => `${path}/.`,
  'back and forth behind': (path) => `${path}/x/..`,
  'a slash behind': (path) => `${path}/`,
  'two slashes behind': (path) => `${path}//`,
  'a dot and two slashes': (path) => `.//${path}`,
  'two slashes before': (path) => `//${path}`,
  'backslashes and back': (path) => `src\\..\\${path}`,
  'a backslash before': (path) => `\\${path}`,
  'a dot and a backslash': (path) => `.\\${path}`,
  'backslashes throughout': (path) => `.\\${path.replaceAll('/', '\\')}`,
  'NUL behind': (path) => `${path}\0`,
  'NUL and another name behind': (path) => `${path}\0.txt`,
  'NUL before': (path) => `\0${path}`,
  'a line feed behind': (path) => `${path}\n`,
  'a tab before': (path) => `\t${path}`,
  'a delete character inside': (path) => inside(path, '\x7f'),
  'a C1 control inside': (path) => inside(path, '\x85'),
  capitals: (path) => path.toUpperCase(),
  'a capital at the end': (path) => path.slice(0, -1) + path.slice(-1).toUpperCase(),
  'capitals below a folder': (path) => `SRC/../${path.toUpperCase()}`,
  'a long s, a dotless i and a Kelvin sign': (path) =>
    path.replaceAll('s', 'ſ').replaceAll('i', 'ı').replaceAll('k', '\u212a'),
  'fullwidth letters': (path) => path.replace(/[a-z]/g, (letter) => fullwidth(letter)),
  'a fullwidth first character': (path) => fullwidth(path.slice(0, 1)) + path.slice(1),
  'fullwidth throughout': (path) => path.replace(/[!-~]/g, (letter) => fullwidth(letter)),
  'a fullwidth slash': (path) => `src\uff0f..\uff0f${path}`,
  'mathematical letters': (path) => path.replace(/[a-z]/g, mathematical),
  'circled letters': (path) =>
    path.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) - 97 + 0x24d0)),
  'a zero-width space inside': (path) => inside(path, '\u200b'),
  'a zero-width joiner inside': (path) => inside(path, '\u200d'),
  'a zero-width non-joiner behind': (path) => `${path}\u200c`,
  'a soft hyphen inside': (path) => inside(path, '\u00ad'),
  'a byte order mark before': (path) => `\ufeff${path}`,
  'a word joiner inside': (path) => inside(path, '\u2060'),
  'a mark of direction before': (path) => `\u200e${path}`,
  'an override of direction before': (path) => `\u202e${path}`,
  'a variation selector behind': (path) => `${path}\ufe0f`,
  'a tag character behind': (path) => `${path}\u{e0041}`,
  'a Hangul filler inside': (path) => inside(path, '\u3164'),
  'percent-encoding of the first character': (path) => percent(path.slice(0, 1)) + path.slice(1),
  'percent-encoding throughout': (path) => path.replace(/[^/]/g, percent),
  'percent-encoding in small letters': (path) =>
    percent(path.slice(0, 1)).toLowerCase() + path.slice(1),
  'percent-encoding of the last character': (path) => path.slice(0, -1) + percent(path.slice(-1)),
  'percent-encoding of slashes': (path) => `src%2f..%2f${path.replaceAll('/', '%2F')}`,
  'percent-encoding of percent-encoding': (path) =>
    `%25${percent(path.slice(0, 1)).slice(1)}${path.slice(1)}`,
  'percent-encoded way back': (path) => `src/%2e%2e/${path}`,
  'percent-encoded NUL behind': (path) => `${path}%00`,
  'a trailing dot': (path) => `${path}.`,
  'trailing dots': (path) => `${path}...`,
  'a trailing space': (path) => `${path} `,
  'a dot and a space behind': (path) => `${path}. `,
  'a trailing dot of the first segment': (path) => ofFirst(path, '.'),
  'a trailing space of the first segment': (path) => ofFirst(path, ' '),
  'a no-break space behind': (path) => `${path}\u00a0`,
  'a leading space': (path) => ` ${path}`,
  'a drive': (path) => `C:/workspace/${path}`,
  'a drive and backslashes': (path) => `c:\\workspace\\${path.replaceAll('/', '\\')}`,
  'a drive, relative to its folder': (path) => `C:${path}`,
  'a network share': (path) => `//server/share/${path}`,
  'a network share with backslashes': (path) => `\\\\server\\share\\${path}`,
  'a device path': (path) => `\\\\?\\C:\\workspace\\${path}`,
  'a device path with slashes': (path) => `//./C:/workspace/${path}`,
  'the default data stream': (path) => `${path}::$DATA`,
  'another data stream': (path) => `${path}:hidden`,
  'the index stream of the first segment': (path) => ofFirst(path, '::$INDEX_ALLOCATION'),
  'the allocation stream of the first segment': (path) => ofFirst(path, ':$I30:$INDEX_ALLOCATION'),
  'a short name': (path) =>
    path.replace(/^\.?([^/.]{1,6})[^/.]*/, (_, name: string) => `${name.toUpperCase()}~1`),
  'a file URI': (path) => `file:///workspace/${path}`,
  'a file URI without slashes': (path) => `file:${path}`,
  'the home folder': (path) => `~/${path}`,
  "somebody's home folder": (path) => `~root/${path}`,
  'a variable of a shell': (path) => `$PWD/${path}`,
  'a variable of a shell in braces': (path) => `\${PWD}/${path}`,
  'a variable of Windows': (path) => `%CD%/${path}`,
  'an absolute path': (path) => `/workspace/${path}`,
  'an absolute path through a process': (path) => `/proc/self/cwd/${path}`,
};

/** Spellings of an absolute path. */
export const ABSOLUTE: readonly string[] = [
  ...['/etc/passwd', '//etc/passwd', '/./etc/passwd', '/etc/./passwd', '/etc//passwd'],
  ...['/etc/passwd/', '/tmp/../etc/passwd', '/../etc/passwd', '\\etc\\passwd', '/etc\\passwd'],
  ...['/ETC/PASSWD', '/etc/passwd\0', '/etc/passwd.', '/etc/passwd ', '/%65tc/passwd'],
  ...['%2fetc%2fpasswd', '%2Fetc/passwd', '/etc%2fpasswd', '\uff0fetc\uff0fpasswd'],
  ...['/proc/self/root/etc/passwd', '../../../../etc/passwd', 'src/../../../etc/passwd'],
  ...['src/..\\..\\../etc/passwd', '..%2f..%2fetc%2fpasswd', '..%5c..%5cetc', '%2e%2e/%2e%2e/etc'],
  ...['..\uff0f..\uff0fetc', '\u2024\u2024/etc/passwd', '\uff0e\uff0e/etc/passwd', '..\0/etc'],
  ...[
    'file:///etc/passwd',
    'FILE:///etc/passwd',
    'file:/etc/passwd',
    'file://localhost/etc/passwd',
  ],
  ...['C:/Windows/win.ini', 'c:\\Windows\\win.ini', 'C:Windows/win.ini', '//?/C:/Windows/win.ini'],
  ...['\\\\?\\C:\\Windows', '\\\\.\\PhysicalDrive0', '//server/share/x', '\\\\server\\share\\x'],
  ...['~', '~/', '~/.profile', '~root/.profile', '~\\.profile', '\uff5e/.profile', '%7e/.profile'],
  ...['$HOME/.profile', '${HOME}/.profile', '%USERPROFILE%/x', '%HOME%\\x', '', '..', '../'],
];

/** Spellings of the resources of tools that write or are not known: none may pass for one that reads. */
export const RESOURCES: readonly string[] = [
  ...[
    'mcp:files/write_file',
    'mcp:files/WRITE_FILE',
    'mcp:files/write_file/',
    'mcp:files//write_file',
  ],
  ...[
    'mcp:files/read_file/../write_file',
    'mcp:files/write_file/../read_file',
    'mcp:files/./read_file',
  ],
  ...['mcp:files/x/../../files/read_file', 'mcp:../files/read_file', 'mcp:./read_file'],
  ...['mcp:files\\read_file', 'mcp:files/read_file\0', 'mcp:files/read_file\0write_file'],
  ...[
    'mcp:files/read_file ',
    'mcp:files/ read_file',
    'mcp:files/read_file.',
    'mcp:files/read_file/',
  ],
  ...['mcp:files/Read_file', 'mcp:files/read_File', 'MCP:files/read_file', 'mcp:files/read_file\n'],
  ...['mcp:files/\uff52ead_file', 'mcp:files/read\u200b_file', 'mcp:files/read_f\u0131le'],
  ...[
    'mcp:files/read%5ffile',
    'mcp:files/%72ead_file',
    'mcp:files%2fread_file',
    'mcp:files/read_file%00',
  ],
  ...[
    'mcp:files/read_file?',
    'mcp:files/read_file#x',
    'mcp:files/read_file;write_file',
    'mcp:files',
  ],
  ...[
    'mcp:files/read_file,write_file',
    'mcp:files/read_file|write_file',
    'mcp:files/*',
    'mcp:*/read_file/x',
  ],
  ...[
    'mcp:files/read_file*',
    'files/read_file',
    '/mcp:files/read_file',
    'mcp://files//read_file',
    'mcp:/',
  ],
];

function inside(path: string, text: string): string {
  const at = Math.ceil(path.length / 2);
  return path.slice(0, at) + text + path.slice(at);
}

function fullwidth(character: string): string {
  return String.fromCodePoint(character.charCodeAt(0) + 0xfee0);
}

function mathematical(letter: string): string {
  return String.fromCodePoint(letter.charCodeAt(0) - 97 + 0x1d5ba);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function ofFirst(path: string, text: string): string {
  const [first = '', ...rest] = path.split('/');
  return [first + text, ...rest].join('/');
}
