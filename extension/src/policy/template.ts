/** A first policy: the built-in preset, and how to add to it. */
export const POLICY_TEMPLATE = `# What agents may do in this folder. Axtary enforces it once an approver has trusted it.
version: 1

# The built-in rules for coding agents; "none" starts from nothing. What no rule allows is denied.
preset: coding-agent

# MCP servers behind the gateway. Agents reach them only through Axtary.
# servers:
#   filesystem:
#     command: npx
#     args: ["-y", "@modelcontextprotocol/server-filesystem", "."]

# Deny wins over step_up (ask a human), which wins over allow.
# policies:
#   - id: ask-before-writing
#     effect: step_up
#     description: A human sees every file that is written.
#     match:
#       resource: "mcp:filesystem/write_*"
`;
