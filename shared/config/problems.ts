// What is wrong with a file that a person wrote, and the report that names all of it at once: file, line, what would be
// right. A reader of files collects problems and goes on; whoever loads the file throws them together.

export type Problem = {
  /** From 1; undefined where the file does not say the thing that is wrong. */
  readonly line: number | undefined;
  /** What is wrong and what would be right. */
  readonly message: string;
};

/** Its message lists every problem, one a line, in the file's order, each once. */
export class FileError extends Error {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const ordered = inOrder(problems);
    super(report(file, ordered));
    this.problems = ordered;
  }
}

/** One value is often wrong for several services; it is one problem. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const distinct = new Map(problems.map((problem) => [`${problem.line}:${problem.message}`, problem]));
  return [...distinct.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function report(file: string, problems: readonly Problem[]): string {
  const lines = problems.map(({ line, message }) => `${line === undefined ? file : `${file}:${line}`}: ${message}`);
  return lines.length === 1 ? lines.join('') : [`${file} has ${lines.length} problems:`, ...lines].join('\n  ');
}
