import { aquaman } from './aquaman.js';
import { microsoft } from './microsoft.js';
import { passport } from './passport.js';
import type { Peer } from './peer.js';

export const PEERS: readonly Peer[] = [microsoft, passport, aquaman];
