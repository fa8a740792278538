// The relay itself, started as `npm start` starts it, with the memo's accounts and every message on hold.

import { join } from 'node:path';
import { startCommand } from '../start-command.ts';
import { freePorts, type Peer, type Place, startPeer } from './peer.ts';

export async function startRelay({ folder }: Place): Promise<Peer> {
  const ports = await freePorts();
  const services = ['--ports', `smtp=${ports.smtp},smtps=${ports.smtps}`];
  const settings = ['--settings', join(import.meta.dirname, 'relay.yaml')];
  const memo = ['--directory', join(import.meta.dirname, '../../memo/directory.yaml')];
  const command = [process.execPath, ...(await startCommand()), '--data', folder, ...services, ...settings, ...memo];
  return startPeer(command, { folder, ports });
}
