/** A first `axtary.yml`: the preset, a server and a rule, each with why it is there. */
export const POLICY_TEMPLATE = `# What agents may do in this folder. Axtary enforces it once an approver has trusted it.
# What no rule allows is denied. deny wins over step_up (ask a person), which wins over allow.
version: 1

# Built-in rules: read files of this folder, ask a person before anything is written, never touch
# secrets. "none" starts from nothing.
preset: coding-agent

# MCP servers that agents reach through Axtary only. Their credentials stay in the enforcement host.
servers:
  filesystem:
    command: npx
    args: ['-y', '@modelcontextprotocol/server-filesystem', '.']

# Rules of your own, beside those of the preset.
policies:
  - id: no-workflow-changes
    effect: deny
    description: what runs in CI is changed by people
    match:
      tool: mcp.tool.call
      resource:
        - mcp:*/write_*
        - mcp:*/edit_*
        - mcp:*/move_*
        - mcp:*/create_*
        - mcp:*/delete_*
    when:
      - field: context.paths
        matches: '.github/workflows/**'
`;
