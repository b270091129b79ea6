/** Addresses of the panel's files, as the webview may load them. */
export interface PanelResources {
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly codicons: string;
  /** Fresh for every page. */
  readonly nonce: string;
  readonly language: string;
  /** The element that is the page. */
  readonly element:
    | 'axtary-approval'
    | 'axtary-simulation'
    | 'axtary-policy-review'
    | 'axtary-ledger'
    | 'axtary-live-ledger';
}

/** The page of a panel. It holds no content: that comes by message, as text. */
export function panelHtml({
  cspSource,
  script,
  style,
  codicons,
  nonce,
  language,
  element,
}: PanelResources): string {
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${attribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${attribute(codicons)}" id="vscode-codicon-stylesheet">
<link rel="stylesheet" href="${attribute(style)}">
<title>Axtary</title>
</head>
<body>
<${element}></${element}>
<script type="module" nonce="${nonce}" src="${attribute(script)}"></script>
</body>
</html>`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
