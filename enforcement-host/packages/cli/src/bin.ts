#!/usr/bin/env node
const [command, agent, ...options] = process.argv.slice(2);

// An agent waits for its hook before every call, so that runs without loading the other commands.
if (command === 'hook' && agent === 'claude-code' && options.length === 0) {
  const [{ claudeCodeHook }, { Terminal }] = await Promise.all([
    import('./commands/hook/claude-code.js'),
    import('./terminal.js'),
  ]);
  const { stdin, stdout, stderr, env, platform } = process;
  const terminal = new Terminal({ stdout, stderr, colour: false, progress: false });
  await claudeCodeHook({ terminal, stdin, env, platform });
} else {
  await import('./main.js');
}
