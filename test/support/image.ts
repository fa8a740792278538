// A container image without Docker: its Dockerfile is read, and the folder that it describes is laid out, so that a test can run
// what the image would run. It knows the instructions that our Dockerfile has, and rejects any other.

import { chmod, chown, constants, copyFile, cp, mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

type Instruction = readonly [name: string, argument: string];

export type Image = {
  readonly base: string;
  /** By destination folder. */
  readonly copied: ReadonlyMap<string, readonly string[]>;
  readonly user: number;
  readonly workdir: string;
  readonly volumes: readonly string[];
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
  readonly stopSignal: NodeJS.Signals;
};

export async function readImage(dockerfile: string): Promise<Image> {
  const instructions = parse(await readFile(dockerfile, 'utf8'));
  const known = ['FROM', 'COPY', 'USER', 'WORKDIR', 'VOLUME', 'EXPOSE', 'STOPSIGNAL', 'HEALTHCHECK', 'CMD'];
  for (const [name] of instructions) if (!known.includes(name)) throw new Error(`${dockerfile}: ${name}`);
  const the = (name: string): string => {
    const [only, ...further] = instructions.filter((instruction) => instruction[0] === name);
    if (only === undefined || further.length > 0) throw new Error(`${dockerfile}: one ${name} is expected`);
    return only[1];
  };
  return {
    base: the('FROM'),
    copied: copies(instructions),
    user: Number(the('USER')),
    workdir: the('WORKDIR'),
    volumes: JSON.parse(the('VOLUME')) as string[],
    command: JSON.parse(the('CMD')) as string[],
    healthCheck: JSON.parse(the('HEALTHCHECK').replace(/^.*? CMD /, '')) as string[],
    stopSignal: the('STOPSIGNAL') as NodeJS.Signals,
  };
}

function parse(text: string): Instruction[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  return lines
    .filter((line) => /^[^#\s]/.test(line))
    .map((line) => {
      const space = line.indexOf(' ');
      return [line.slice(0, space), line.slice(space + 1)];
    });
}

function copies(instructions: readonly Instruction[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    instructions
      .filter(([name]) => name === 'COPY')
      .map(([, argument]) => {
        const sources = argument.split(' ');
        return [sources.pop() ?? '', sources];
      }),
  );
}

export type Container = {
  /** A command of the image as this machine can run it. */
  localised(command: readonly string[]): readonly [string, ...string[]];
  readonly workdir: string;
  /** What Node itself holds to, whoever runs it: nothing is written but to the volumes, and no other program started. */
  readonly nodeOptions: string;
  /** Set where this process may choose the user: as root. */
  readonly identity: { readonly uid?: number; readonly gid?: number };
};

/** Lays the image out in the folder `root`, which everybody may look into. Only the volumes belong to the image's user. */
export async function layOut(image: Image, context: string, root: string): Promise<Container> {
  const isRoot = process.getuid?.() === 0;
  const inside = (path: string): string => join(root, path);
  await mkdir(root, { recursive: true });
  for (const folder of [dirname(root), root]) await chmod(folder, 0o755);
  const node = inside('/usr/local/bin/node');
  await mkdir(inside('/usr/local/bin'), { recursive: true });
  await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
  for (const [folder, sources] of image.copied) {
    await mkdir(inside(folder), { recursive: true });
    for (const source of sources) await cp(join(context, source), join(inside(folder), basename(source)));
  }
  for (const volume of image.volumes) {
    await mkdir(inside(volume), { recursive: true });
    if (isRoot) await chown(inside(volume), image.user, image.user);
  }
  const folders = [...image.copied.keys()];
  return {
    localised([, ...args]) {
      return [node, ...args.map((arg) => (folders.some((folder) => arg.startsWith(folder)) ? inside(arg) : arg))];
    },
    workdir: inside(image.workdir),
    nodeOptions: [
      '--permission',
      '--allow-fs-read=*',
      ...image.volumes.map((v) => `--allow-fs-write=${inside(v)}`),
    ].join(' '),
    identity: isRoot ? { uid: image.user, gid: image.user } : {},
  };
}
