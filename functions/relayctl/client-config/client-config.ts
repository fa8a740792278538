// What a mail program at home needs to send through this relay: the lines, the files, the commands, ready to paste.
// One file beside this one for each program; all of them insist on TLS, and none knows where its target comes from.

export type ClientTarget = {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet (RFC 8314 §3.3); STARTTLS otherwise. */
  readonly wrapperMode: boolean;
  /** The relay's certificate cannot be verified. */
  readonly selfSigned: boolean;
  readonly login: string;
  /** Printable ASCII. */
  readonly password: string;
  /** An address that the login may send as. */
  readonly sender: string;
};

export type ClientConfig = {
  readonly files: readonly ClientFile[];
  /** What to run once the files are written, in this order. */
  readonly commands: readonly string[];
};

export type ClientFile = {
  readonly path: string;
  /** Where in the file the lines go, or what they replace. */
  readonly place: string;
  readonly content: string;
};

export function formatClientConfig({ files, commands }: ClientConfig): string {
  const parts = files.map(({ path, place, content }) => `# ${path}: ${place}\n${content}`);
  if (commands.length > 0) parts.push(`${files.length > 0 ? '# then\n' : ''}${commands.join('\n')}\n`);
  return parts.join('\n');
}

/** One word as a shell reads it, and nullmailer, which knows the same quotes but loses its place behind a backslash. */
export function shellQuoted(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}
